package bench

import (
	"cmp"
	"slices"
)

// samples are the results of repetitions, by what was measured of whom.
type samples map[string][]float64

func (s samples) add(what string, value float64) { s[what] = append(s[what], value) }

// median is 0 where nothing was measured.
func (s samples) median(what string) float64 {
	list := slices.Sorted(slices.Values(s[what]))
	if len(list) == 0 {
		return 0
	}
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

// percentile is the value below which this part of a list lies.
func percentile[T cmp.Ordered](list []T, part float64) T {
	var zero T
	if len(list) == 0 {
		return zero
	}
	list = slices.Sorted(slices.Values(list))
	return list[min(len(list)-1, int(part*float64(len(list))))]
}
