// Reads one JSON string a line and prints, a line each, what Docker's reference package makes of it.
package main

import (
	"bufio"
	// go-digest knows only the hashes that are linked in, as they are in every client that speaks TLS.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/distribution/reference"
)

type verdict struct {
	Accepted   bool   `json:"accepted"`
	Registry   string `json:"registry"`
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
	Digest     string `json:"digest"`
	Complete   string `json:"complete"`
	// What a client pulls: ParseDockerRef.
	Pulled string `json:"pulled"`
}

func judge(text string) (verdict, error) {
	named, err := reference.ParseNormalizedNamed(text)
	docker, dockerErr := reference.ParseDockerRef(text)
	if (err == nil) != (dockerErr == nil) {
		return verdict{}, fmt.Errorf("ParseDockerRef and ParseNormalizedNamed differ on %q", text)
	}
	if err != nil {
		return verdict{}, nil
	}
	result := verdict{
		Accepted:   true,
		Registry:   reference.Domain(named),
		Repository: reference.Path(named),
		Complete:   named.String(),
		Pulled:     docker.String(),
	}
	if tagged, ok := named.(reference.Tagged); ok {
		result.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		result.Digest = digested.Digest().String()
	}
	return result, nil
}

// eachText gives the texts of the input in their order.
func eachText(in io.Reader, give func(text string) error) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		var text string
		if err := json.Unmarshal(line, &text); err != nil {
			return err
		}
		if err := give(text); err != nil {
			return err
		}
	}
}

func run(in io.Reader, out io.Writer) error {
	buffered := bufio.NewWriter(out)
	verdicts := json.NewEncoder(buffered)
	err := eachText(in, func(text string) error {
		result, err := judge(text)
		if err != nil {
			return err
		}
		return verdicts.Encode(result)
	})
	if err != nil {
		return err
	}
	return buffered.Flush()
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
