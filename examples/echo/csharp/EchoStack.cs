using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.SNS;
using Constructs;
using EcrPullThroughCache;

namespace EchoCache;

public class EchoStackProps : StackProps
{
    /// <summary>The account of Echo's registry, as Echo told you.</summary>
    public required string EchoAccount { get; init; }
}

/// <summary>A cache of Echo's images, someone who may pull through it, and a topic that hears of failures.</summary>
public class EchoStack : Stack
{
    public EchoStack(Construct scope, string id, EchoStackProps props) : base(scope, id, props)
    {
        var failedPulls = new Topic(this, "FailedPulls");
        var echo = new PullThroughCache(this, "Echo", new PullThroughCacheProps
        {
            Upstream = UpstreamRegistry.Echo(new EchoUpstreamOptions { Account = props.EchoAccount }),
            Monitoring = CacheMonitoring.Standard(new StandardMonitoringOptions
            {
                AlarmActions = new IAlarmAction[] { new SnsAction(failedPulls) },
            }),
        });

        var puller = new Role(this, "Puller", new RoleProps { AssumedBy = new AccountRootPrincipal() });
        echo.Grants.Pull(puller);

        new CfnOutput(this, "PullCommand", new CfnOutputProps { Value = echo.Image("nginx:1.27").PullCommand });
        new CfnOutput(this, "PullerRole", new CfnOutputProps { Value = puller.RoleArn });
    }
}
