using Amazon.CDK;
using EchoCache;

var app = new App();

// a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
new EchoStack(app, "EchoCache", new EchoStackProps
{
    EchoAccount = app.Node.TryGetContext("echoAccount") as string ?? "123456789012",
});

app.Synth();
