package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)

	// a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
	echoAccount := "123456789012"
	if account, ok := app.Node().TryGetContext(jsii.String("echoAccount")).(string); ok {
		echoAccount = account
	}

	NewEchoStack(app, "EchoCache", &EchoStackProps{EchoAccount: echoAccount})

	app.Synth(nil)
}
