package com.example;

import io.github.ecrpullthroughcache.CacheMonitoring;
import io.github.ecrpullthroughcache.EchoUpstreamOptions;
import io.github.ecrpullthroughcache.PullThroughCache;
import io.github.ecrpullthroughcache.StandardMonitoringOptions;
import io.github.ecrpullthroughcache.UpstreamRegistry;
import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.iam.AccountRootPrincipal;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** A cache of Echo's images, someone who may pull through it, and a topic that hears of failures. */
public class EchoStack extends Stack {
    /**
     * @param echoAccount The account of Echo's registry, as Echo told you.
     */
    public EchoStack(final Construct scope, final String id, final StackProps props, final String echoAccount) {
        super(scope, id, props);

        Topic failedPulls = new Topic(this, "FailedPulls");
        PullThroughCache echo = PullThroughCache.Builder.create(this, "Echo")
                .upstream(UpstreamRegistry.echo(EchoUpstreamOptions.builder().account(echoAccount).build()))
                .monitoring(CacheMonitoring.standard(StandardMonitoringOptions.builder()
                        .alarmActions(List.of(new SnsAction(failedPulls)))
                        .build()))
                .build();

        Role puller = Role.Builder.create(this, "Puller").assumedBy(new AccountRootPrincipal()).build();
        echo.getGrants().pull(puller);

        CfnOutput.Builder.create(this, "PullCommand").value(echo.image("nginx:1.27").getPullCommand()).build();
        CfnOutput.Builder.create(this, "PullerRole").value(puller.getRoleArn()).build();
    }
}
