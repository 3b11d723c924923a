// Judge: pulls an image as containerd does, by its own resolver over a folder of hosts.toml, and tells what went where. No request leaves for the
// network. ECR's hosts are the engine at ENGINE; every other host asks for a token of a collector, as a hostile registry may.
//
//	resolver FOLDER IMAGE
//
// LOGIN is what kubelet passes for the image (user:password), TOKEN what must reach nobody but ECR. With REDIRECT set, blobs are elsewhere, as ECR's
// are in S3, which refuses a second login; FAULT is the status that ECR's hosts answer with.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const (
	collector = "collector.example.com"
	blobs     = "blobs.example.com"
)

type request struct {
	Method string `json:"method"`
	Host   string `json:"host"`
	Path   string `json:"path"`
	Auth   string `json:"auth"`
	Status int    `json:"status"`
	Token  bool   `json:"token"`
}

type verdict struct {
	Digest   string    `json:"digest,omitempty"`
	Failure  string    `json:"failure,omitempty"`
	Requests []request `json:"requests"`
}

type network struct {
	engine *url.URL
	seen   []request
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		read, _ := io.ReadAll(r.Body)
		body = string(read)
	}
	res, err := n.answer(r, body)
	one := request{Method: r.Method, Host: r.URL.Host, Path: r.URL.RequestURI(), Token: carries(r, body)}
	one.Auth, _, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	if res != nil {
		one.Status = res.StatusCode
		res.Request = r // containerd keeps what it learns of logins by this host
	}
	n.seen = append(n.seen, one)
	return res, err
}

func (n *network) answer(r *http.Request, body string) (*http.Response, error) {
	switch host := r.URL.Host; {
	case strings.Contains(host, ".dkr.ecr."):
		if fault, _ := strconv.Atoi(os.Getenv("FAULT")); fault != 0 {
			return answer(fault, nil, ""), nil
		}
		if os.Getenv("REDIRECT") != "" && strings.Contains(r.URL.Path, "/blobs/") {
			return answer(http.StatusTemporaryRedirect, map[string]string{"Location": "https://" + blobs + r.URL.Path + "?from=" + host}, ""), nil
		}
		return n.ask(r, host, r.Header.Get("Authorization"))
	case host == blobs:
		if r.Header.Get("Authorization") != "" {
			return answer(http.StatusBadRequest, nil, "one login only"), nil
		}
		return n.ask(r, r.URL.Query().Get("from"), "Basic "+base64.StdEncoding.EncodeToString([]byte(os.Getenv("TOKEN"))))
	case host == collector:
		return answer(http.StatusOK, map[string]string{"Content-Type": "application/json"}, `{"token":"t","access_token":"t","expires_in":300}`), nil
	case strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "):
		return answer(http.StatusNotFound, nil, ""), nil
	default:
		return answer(http.StatusUnauthorized, map[string]string{
			"Www-Authenticate": fmt.Sprintf(`Bearer realm="https://%s/token",service="x",scope="repository:x:pull"`, collector),
		}, ""), nil
	}
}

func (n *network) ask(r *http.Request, host, authorization string) (*http.Response, error) {
	c := r.Clone(r.Context())
	c.Body, c.Host, c.URL.Scheme, c.URL.Host = nil, host, n.engine.Scheme, n.engine.Host
	c.Header.Del("Authorization")
	if authorization != "" {
		c.Header.Set("Authorization", authorization)
	}
	return http.DefaultTransport.RoundTrip(c)
}

func answer(status int, headers map[string]string, body string) *http.Response {
	res := &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	for name, value := range headers {
		res.Header.Set(name, value)
	}
	return res
}

// Whether a request has the node's token in it, in any form that containerd knows.
func carries(r *http.Request, body string) bool {
	_, password, _ := strings.Cut(os.Getenv("TOKEN"), ":")
	if password == "" {
		return false
	}
	_, encoded, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	decoded, _ := base64.StdEncoding.DecodeString(encoded)
	form, _ := url.ParseQuery(body)
	return strings.Contains(string(decoded), password) || strings.Contains(form.Get("password"), password) || strings.Contains(r.URL.RawQuery, url.QueryEscape(password))
}

func pull(n *network, folder, ref string) (string, error) {
	user, password, _ := strings.Cut(os.Getenv("LOGIN"), ":")
	ctx := context.Background()
	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: config.ConfigureHosts(ctx, config.HostOptions{
		HostDir:      config.HostDirFromRoot(folder),
		Credentials:  func(string) (string, string, error) { return user, password, nil },
		UpdateClient: func(c *http.Client) error { c.Transport = n; return nil },
	})})
	name, desc, err := resolver.Resolve(ctx, ref)
	if err != nil {
		return "", err
	}
	fetcher, err := resolver.Fetcher(ctx, name)
	if err != nil {
		return "", err
	}
	fetch := func(d ocispec.Descriptor, into any) error {
		body, err := fetcher.Fetch(ctx, d)
		if err != nil {
			return err
		}
		defer body.Close()
		read, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		if got := d.Digest.Algorithm().FromBytes(read); got != d.Digest {
			return fmt.Errorf("got %s, expected %s", got, d.Digest)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(read, into)
	}
	var index ocispec.Index
	if err := fetch(desc, &index); err != nil {
		return "", err
	}
	for _, platform := range index.Manifests {
		var manifest ocispec.Manifest
		if err := fetch(platform, &manifest); err != nil {
			return "", err
		}
		for _, content := range append(manifest.Layers, manifest.Config) {
			if err := fetch(content, nil); err != nil {
				return "", err
			}
		}
	}
	return desc.Digest.String(), nil
}

func main() {
	engine, err := url.Parse(os.Getenv("ENGINE"))
	if err != nil || len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "expected ENGINE, a folder and an image")
		os.Exit(2)
	}
	n := &network{engine: engine, seen: []request{}}
	digest, err := pull(n, os.Args[1], os.Args[2])
	v := verdict{Digest: digest, Requests: n.seen}
	if err != nil {
		v.Failure = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(v)
}
