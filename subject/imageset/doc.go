// Package imageset is MNIST as subjects use it: the training images that data settings ask for, sets of inputs, judges
// of drawings that learned from other images, and simple methods to compare a subject with.
//
// Everywhere images are the rows of a matrix, each row by row with entries in [0, 1], cropped to side×side by dropping
// the last rows and columns.
package imageset
