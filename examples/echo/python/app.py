import aws_cdk as cdk

from echo_stack import EchoStack

app = cdk.App()

EchoStack(
    app,
    "EchoCache",
    # a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
    echo_account=app.node.try_get_context("echoAccount") or "123456789012",
)

app.synth()
