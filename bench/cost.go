package main

// A cost is what one evaluation of fitness and gradient needs at least, in span coordinates, each sample with the block of
// its own class, every product once.
type cost struct {
	Flops float64 // floating-point operations, a product with its addition being two
	Dense float64 // the same for coordinates without zeros, and with what the start adds to each span apart
	Bytes float64 // read and written once: data, point and gradient, in float64, but for pixels that are kept as bytes
}

// A shape is what the cost depends on.
type shape struct {
	Samples     []int // n_k, of each class
	Rank        int   // d
	ImageDims   int   // m, the dimension of the span of the images
	PixelBytes  int   // of an entry of an image: 1 where coordinates are pixels, else 8
	FeatureDims []int // m_k, the dimension of the span of the features of each class
}

// gradientCost counts
//
//	forward and backward   2·2·d·(e + Σ e_k)      u = D Aᵀ, v = R_k B⁽ᵏ⁾ and their transposes
//	t, w u, w v            2 n d + 2 n d
//	AAᵀ and Z, symmetric   d(d+1)·(a + b)
//	(AAᵀ)A and B Z³        2·d²·(a + b)
//	Z², Z³                 2·2·d³
//
// where e and e_k are the entries of the data that are not zero, and a and b the rows of the coordinates of Aᵀ and of B.
// As many vectors as dimensions are a triangle in a basis of their own, e = n(n+1)/2; else e = n m. A start adds d rows to m
// and to Σ m_k. Dense are e = n m throughout and b = Σ (m_k + d).
func gradientCost(s shape) cost {
	d := float64(s.Rank)
	entries := func(n, m int) float64 {
		if n == m {
			return float64(n*(n+1)) / 2
		}
		return float64(n * m)
	}
	n, rows, features, all := 0, s.ImageDims+2*s.Rank, 0.0, 0
	for k, nk := range s.Samples {
		n += nk
		rows += s.FeatureDims[k]
		features += entries(nk, s.FeatureDims[k])
		all += nk * s.FeatureDims[k]
	}
	images := entries(n, s.ImageDims)
	flops := func(entries float64, rows int) float64 {
		return 4*d*entries + 4*float64(n)*d + (d*(d+1)+2*d*d)*float64(rows) + 4*d*d*d
	}
	return cost{
		Flops: flops(images+features, rows),
		Dense: flops(float64(n*s.ImageDims+all), rows+s.Rank*(len(s.Samples)-1)),
		Bytes: float64(s.PixelBytes)*images + 8*(features+2*float64(rows)*d),
	}
}

// shapeOf returns the shape of the first samples: spans of images and features have no more dimensions than there are
// samples, than there are pixels that are not zero in every image, or than there are pairs of frequencies.
func shapeOf(f folder, rank int) shape {
	s := shape{Samples: make([]int, f.data.Classes), Rank: rank, FeatureDims: make([]int, f.data.Classes)}
	for _, k := range f.data.Y {
		s.Samples[k]++
	}
	n, p := f.data.D.Dims()
	live := 0
	for j := range p {
		for i := range n {
			if f.data.D.At(i, j) != 0 {
				live++
				break
			}
		}
	}
	s.ImageDims, s.PixelBytes = n, 8
	if n > live {
		s.ImageDims, s.PixelBytes = live, 1
	}
	for k, nk := range s.Samples {
		s.FeatureDims[k] = min(nk, pairs(f.data.Side))
	}
	return s
}

// pairs counts the frequencies of real N×N images up to sign, DC apart: (a, b) and (−a, −b) have the same modulus.
func pairs(n int) int {
	if n%2 == 0 {
		return (n*n-4)/2 + 3
	}
	return (n*n - 1) / 2
}
