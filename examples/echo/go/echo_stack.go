package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	ecrcache "github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache-go/cdkecrpullthroughcache"
)

type EchoStackProps struct {
	awscdk.StackProps
	// EchoAccount is the account of Echo's registry, as Echo told you.
	EchoAccount string
}

// NewEchoStack makes a cache of Echo's images, someone who may pull through it, and a topic that hears of failures.
func NewEchoStack(scope constructs.Construct, id string, props *EchoStackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)

	failedPulls := awssns.NewTopic(stack, jsii.String("FailedPulls"), nil)
	echo := ecrcache.NewPullThroughCache(stack, jsii.String("Echo"), &ecrcache.PullThroughCacheProps{
		Upstream: ecrcache.UpstreamRegistry_Echo(&ecrcache.EchoUpstreamOptions{Account: &props.EchoAccount}),
		Monitoring: ecrcache.CacheMonitoring_Standard(&ecrcache.StandardMonitoringOptions{
			AlarmActions: &[]awscloudwatch.IAlarmAction{awscloudwatchactions.NewSnsAction(failedPulls)},
		}),
	})

	puller := awsiam.NewRole(stack, jsii.String("Puller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewAccountRootPrincipal(),
	})
	echo.Grants().Pull(puller)

	awscdk.NewCfnOutput(stack, jsii.String("PullCommand"), &awscdk.CfnOutputProps{
		Value: echo.Image(jsii.String("nginx:1.27")).PullCommand(),
	})
	awscdk.NewCfnOutput(stack, jsii.String("PullerRole"), &awscdk.CfnOutputProps{Value: puller.RoleArn()})

	return stack
}
