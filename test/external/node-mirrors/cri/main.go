// Judge: pulls an image by the runtime interface of Kubernetes, with the login that kubelet would pass (LOGIN, user:password; none when empty).
//
//	cri SOCKET IMAGE
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func main() {
	connection, err := grpc.NewClient("unix://"+os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	request := &runtime.PullImageRequest{Image: &runtime.ImageSpec{Image: os.Args[2]}}
	if user, password, found := strings.Cut(os.Getenv("LOGIN"), ":"); found {
		request.Auth = &runtime.AuthConfig{Username: user, Password: password}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	response, err := runtime.NewImageServiceClient(connection).PullImage(ctx, request)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(response.ImageRef)
}
