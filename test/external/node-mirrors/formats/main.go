// Judge: reads printed configuration by the code of those whom it is for, and tells what they make of it. One JSON object in, one out.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"

	karpenter "github.com/aws/karpenter-provider-aws/pkg/providers/amifamily/bootstrap/mime"
	nodeadm "github.com/awslabs/amazon-eks-ami/nodeadm/api/v1alpha1"
	buildkit "github.com/moby/buildkit/cmd/buildkitd/config"
	"github.com/moby/buildkit/util/resolver"
	"github.com/pelletier/go-toml/v2"
	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/pkg/sysregistriesv2"
	"go.podman.io/image/v5/types"
	kubelet "k8s.io/kubelet/config/v1"
	"sigs.k8s.io/yaml"
)

type input struct {
	UserData                 string
	RegistriesConf           string
	BuildkitToml             string
	CredentialProviderConfig string
	Images                   []string
}

type output struct {
	Script     string
	ConfigPath string
	Flags      []string
	Pulled     map[string]string
	Mirrors    map[string][]string
	Providers  map[string][]string
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

// What Karpenter makes of custom user data, and what a node finds in that.
func readUserData(text string, out *output) {
	archive := must(karpenter.NewArchive(text))
	archive = append(archive, karpenter.Entry{ContentType: karpenter.ContentTypeNodeConfig, Content: "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n"})
	message := must(mail.ReadMessage(bytes.NewReader(must(base64.StdEncoding.DecodeString(must(archive.Serialize()))))))
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	must("", err)
	reader := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return
		}
		must("", err)
		body := must(io.ReadAll(part))
		switch media, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); media {
		case "text/x-shellscript":
			out.Script = string(body)
		case "application/node.eks.aws":
			var config nodeadm.NodeConfig
			must("", yaml.UnmarshalStrict(body, &config))
			if config.Spec.Containerd.Config == "" {
				continue
			}
			var containerd struct {
				Plugins map[string]struct {
					Registry struct {
						ConfigPath string `toml:"config_path"`
					} `toml:"registry"`
				} `toml:"plugins"`
			}
			must("", toml.Unmarshal([]byte(config.Spec.Containerd.Config), &containerd))
			out.ConfigPath = containerd.Plugins["io.containerd.cri.v1.images"].Registry.ConfigPath
			out.Flags = config.Spec.Kubelet.Flags
		}
	}
}

// Where podman, buildah, skopeo and CRI-O pull an image from.
func readRegistries(text string, images []string, out *output) {
	folder := must(os.MkdirTemp("", "registries"))
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "registries.conf")
	must("", os.WriteFile(file, []byte(text), 0o600))
	system := &types.SystemContext{SystemRegistriesConfPath: file, SystemRegistriesConfDirPath: filepath.Join(folder, "none")}
	for _, image := range images {
		name := must(reference.ParseNormalizedNamed(image))
		registry := must(sysregistriesv2.FindRegistry(system, name.Name()))
		if registry == nil {
			out.Pulled[image] = ""
			continue
		}
		sources := []string{}
		for _, source := range must(registry.PullSourcesFromReference(name)) {
			sources = append(sources, source.Reference.String())
		}
		out.Pulled[image] = strings.Join(sources, " ")
	}
}

// Where BuildKit asks for the images of each host that it is configured for, the first place first.
func readBuildkit(text string, out *output) {
	registries := must(buildkit.Load(strings.NewReader(text))).Registries
	hosts := resolver.NewRegistryConfig(registries)
	for name := range registries {
		for _, one := range must(hosts(name)) {
			out.Mirrors[name] = append(out.Mirrors[name], one.Scheme+"://"+one.Host+one.Path)
		}
	}
}

func main() {
	var in input
	must("", json.NewDecoder(os.Stdin).Decode(&in))
	out := output{Pulled: map[string]string{}, Mirrors: map[string][]string{}, Providers: map[string][]string{}}
	readUserData(in.UserData, &out)
	readRegistries(in.RegistriesConf, in.Images, &out)
	readBuildkit(in.BuildkitToml, &out)
	var providers kubelet.CredentialProviderConfig
	must("", yaml.UnmarshalStrict([]byte(in.CredentialProviderConfig), &providers))
	for _, provider := range providers.Providers {
		out.Providers[provider.Name] = provider.MatchImages
	}
	must("", json.NewEncoder(os.Stdout).Encode(out))
}
