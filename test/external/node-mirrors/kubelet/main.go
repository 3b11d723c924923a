// Judge: kubelet's own code reads an image credential provider configuration and looks images up, as for a Pod. One line of JSON an image: the
// hosts of which a login came, with the password.
//
//	kubelet CONFIG FOLDER IMAGE...
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
	"k8s.io/kubernetes/pkg/util/parsers"
)

func main() {
	if err := plugin.RegisterCredentialProviderPlugins(os.Args[1], os.Args[2], nil, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, image := range os.Args[3:] {
		repository, _, _, err := parsers.ParseImageName(image)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		found, _ := plugin.NewExternalCredentialProviderDockerKeyring("", "", "", "").Lookup(repository)
		logins := []string{}
		for _, one := range found {
			logins = append(logins, one.Username+":"+one.Password)
		}
		line, _ := json.Marshal(logins)
		fmt.Println(string(line))
	}
}
