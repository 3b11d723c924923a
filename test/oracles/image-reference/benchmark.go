package main

import (
	"flag"
	"fmt"
	"io"
	"testing"

	"github.com/distribution/reference"
)

const (
	benchmarks = 7
	benchtime  = "100ms"
)

// benchmark prints, a line each, how many nanoseconds a text took in each of some benchmarks over all texts.
func benchmark(in io.Reader, out io.Writer) error {
	var texts []string
	err := eachText(in, func(text string) error {
		texts = append(texts, text)
		return nil
	})
	if err != nil {
		return err
	}
	testing.Init()
	if err := flag.Set("test.benchtime", benchtime); err != nil {
		return err
	}
	for range [benchmarks]struct{}{} {
		result := testing.Benchmark(func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				for _, text := range texts {
					named, err := reference.ParseNormalizedNamed(text)
					lastNamed, lastErr = named, err
				}
			}
		})
		if _, err := fmt.Fprintln(out, float64(result.T.Nanoseconds())/float64(result.N)/float64(len(texts))); err != nil {
			return err
		}
	}
	return nil
}

// Kept, so that no call is left out for want of a reader.
var (
	lastNamed reference.Named
	lastErr   error
)
