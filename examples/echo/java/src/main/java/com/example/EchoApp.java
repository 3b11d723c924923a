package com.example;

import software.amazon.awscdk.App;
import software.amazon.awscdk.StackProps;

public final class EchoApp {
    public static void main(final String[] args) {
        App app = new App();

        // a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
        Object echoAccount = app.getNode().tryGetContext("echoAccount");
        new EchoStack(app, "EchoCache", StackProps.builder().build(),
                echoAccount == null ? "123456789012" : echoAccount.toString());

        app.synth();
    }
}
