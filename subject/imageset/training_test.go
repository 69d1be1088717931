package imageset

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"example.org/concord/verify"
)

// data returns the data settings of 100 training images, cropped, with a few changed.
func data(side int, changes ...verify.Settings) verify.Settings {
	d := verify.Settings{}
	for _, axis := range Axes() {
		d[axis.Name] = axis.Default
	}
	d["side"] = float64(side)
	for _, c := range changes {
		maps.Copy(d, c)
	}
	return d
}

func training(t *testing.T, d verify.Settings) *Training {
	t.Helper()
	got, err := (*Source)(nil).Training(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAxesHoldTheirDefaults(t *testing.T) {
	for _, a := range Axes() {
		switch d := a.Default.(type) {
		case string:
			if a.Kind != verify.KindText || !slices.Contains(a.Enum, d) {
				t.Errorf("axis %s: default %q is none of %q", a.Name, d, a.Enum)
			}
		case float64:
			if a.Kind != verify.KindInt || d < a.Min || d > a.Max {
				t.Errorf("axis %s: default %v is out of [%v, %v]", a.Name, d, a.Min, a.Max)
			}
		default:
			if a.Kind != verify.KindFlag || d != false {
				t.Errorf("axis %s: default %v", a.Name, d)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	if diff := cmp.Diff([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, Labels()); diff != "" {
		t.Errorf("Labels() (-want +got)\n%s", diff)
	}
}

func TestCheckData(t *testing.T) {
	for _, tt := range []struct {
		name          string
		split         string
		offset, count float64
		want          string
	}{
		{"all for training", "train", 0, 60_000, ""},
		{"all of the test half", "test", 0, 10_000, ""},
		{"beyond training", "train", 59_999, 2, "images 59999 to 60000 are asked for, and the train half of MNIST has 60000"},
		{"beyond test", "test", 9_990, 11, "images 9990 to 10000 are asked for, and the test half of MNIST has 10000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := CheckData(verify.Settings{"split": tt.split, "offset": tt.offset, "count": tt.count}); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("CheckData = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestDigests holds digests that earlier results name: the data of a golden must not change under it.
func TestDigests(t *testing.T) {
	const hundred = "a8417fcf861e04e41f865eb770301db815aa5330eb2e2b0518a978a0e16850d0"
	for _, tt := range []struct {
		name   string
		d      verify.Settings
		want   string
		sha256 string
	}{
		{"plain", data(28), "mnist/train[0:100]", hundred},
		{"cropped and centred", data(20, verify.Settings{"centred": true}), "mnist/train[0:100]", hundred},
		{"another range", data(28, verify.Settings{"count": 30.0}), "mnist/train[0:30]", "4c68afd6d959519183445b8d956d77a5561cc7b076d75115dc3b73dd423cef85"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := verify.Digest{Name: tt.want, SHA256: tt.sha256, Detail: "Yann LeCun and Corinna Cortes, CC BY-SA 3.0"}
			if diff := cmp.Diff(want, training(t, tt.d).Digest); diff != "" {
				t.Errorf("digest (-want +got)\n%s", diff)
			}
		})
	}
	without := data(28)
	delete(without, "labels")
	if got := training(t, without).Digest.SHA256; got != hundred {
		t.Errorf("settings without labels give the digest %s, want that of the labels of the set", got)
	}
}

func TestShuffledLabels(t *testing.T) {
	plain, mixed := training(t, data(28)), training(t, data(28, verify.Settings{"labels": "shuffled"}))
	if !mat.Equal(plain.Images, mixed.Images) {
		t.Error("shuffling labels changed the images")
	}
	if slices.Equal(plain.Labels, mixed.Labels) {
		t.Error("the shuffled labels are those of the set")
	}
	if diff := cmp.Diff(counts(plain.Labels), counts(mixed.Labels)); diff != "" {
		t.Errorf("shuffling changed how often a label occurs\n%s", diff)
	}
	if mixed.Digest.Name != "mnist/train[0:100], labels shuffled" || mixed.Digest.SHA256 == plain.Digest.SHA256 {
		t.Errorf("the digest of shuffled labels is %+v, that of the set %+v", mixed.Digest, plain.Digest)
	}
	again := training(t, data(28, verify.Settings{"labels": "shuffled"}))
	if diff := cmp.Diff(mixed.Labels, again.Labels); diff != "" || mixed.Digest != again.Digest {
		t.Errorf("shuffling twice differs\n%s", diff)
	}
	right := 0
	for i, k := range mixed.Labels {
		if k == plain.Labels[i] {
			right++
		}
	}
	if right > 25 {
		t.Errorf("%d of 100 shuffled labels are right, want about 10", right)
	}
}

func counts(labels []int) []int {
	n := make([]int, Classes)
	for _, k := range labels {
		n[k]++
	}
	return n
}

func TestCentring(t *testing.T) {
	plain, centred := training(t, data(20)), training(t, data(20, verify.Settings{"centred": true}))
	if plain.Mean != nil || plain.Centred(plain.Images) != plain.Images {
		t.Error("images that are not centred have lost something to a mean")
	}
	for j, m := range columnMeans(centred.Images) {
		if math.Abs(m) > 1e-14 {
			t.Errorf("pixel %d of centred images has the mean %v", j, m)
		}
	}
	before := mat.DenseCopyOf(plain.Images)
	if !mat.Equal(centred.Centred(plain.Images), centred.Images) {
		t.Error("Centred does not do to others what was done to the training images")
	}
	if !mat.Equal(before, plain.Images) {
		t.Error("Centred changed the images that it was given")
	}
	defer func() {
		if got := recover(); got != "imageset: images of another size" {
			t.Errorf("panic %v", got)
		}
	}()
	centred.Centred(mat.NewDense(1, 3, nil))
	t.Error("Centred of another size: want a panic")
}

func TestTrainingRefuses(t *testing.T) {
	for name, d := range map[string]verify.Settings{
		"range": data(28, verify.Settings{"offset": 59_999.0}),
		"split": data(28, verify.Settings{"split": "validation"}),
	} {
		if got, err := (*Source)(nil).Training(t.Context(), d); err == nil {
			t.Errorf("%s: Training = %+v, want an error", name, got.Digest)
		}
	}
}
