from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk.aws_cloudwatch_actions import SnsAction
from cdk_ecr_pull_through_cache import CacheMonitoring, PullThroughCache, UpstreamRegistry
from constructs import Construct


class EchoStack(Stack):
    """A cache of Echo's images, someone who may pull through it, and a topic that hears of failures."""

    def __init__(self, scope: Construct, construct_id: str, *, echo_account: str, **kwargs) -> None:
        """
        :param echo_account: The account of Echo's registry, as Echo told you.
        """
        super().__init__(scope, construct_id, **kwargs)

        failed_pulls = sns.Topic(self, "FailedPulls")
        echo = PullThroughCache(
            self,
            "Echo",
            upstream=UpstreamRegistry.echo(account=echo_account),
            monitoring=CacheMonitoring.standard(alarm_actions=[SnsAction(failed_pulls)]),
        )

        puller = iam.Role(self, "Puller", assumed_by=iam.AccountRootPrincipal())
        echo.grants.pull(puller)

        CfnOutput(self, "PullCommand", value=echo.image("nginx:1.27").pull_command)
        CfnOutput(self, "PullerRole", value=puller.role_arn)
