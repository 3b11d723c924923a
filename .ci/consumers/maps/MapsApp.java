package com.example;

import io.github.ecrpullthroughcache.CachedImages;
import io.github.ecrpullthroughcache.PullThroughCache;
import io.github.ecrpullthroughcache.RepositoryTemplateOptions;
import io.github.ecrpullthroughcache.UpstreamRegistry;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;

/** Whatever takes a map gets one whose order is another one in each run: Map.of() sees to that. */
public final class MapsApp {
    public static void main(final String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "Maps");
        PullThroughCache quay = PullThroughCache.Builder.create(stack, "Quay")
                .upstream(UpstreamRegistry.QUAY)
                .repositoryTemplate(RepositoryTemplateOptions.builder()
                        .tags(Map.of("team", "platform", "stage", "prod", "zone", "a", "owner", "me", "cost-center", "4711"))
                        .build())
                .build();

        CachedImages images = CachedImages.of(stack);
        images.use(quay);
        Map<String, Object> image = Map.of("repository", "quay.io/team/app", "tag", "1.0", "pullPolicy", "Always", "name", "x");
        CfnOutput.Builder.create(stack, "Values")
                .value(stack.toJsonString(images.helmValues(Map.of("server", Map.of("image", image), "alpha", 1, "beta", 2, "gamma", 3))))
                .build();
        Map<String, Object> container = Map.of("name", "app", "image", "quay.io/team/app:1.0", "tty", true);
        CfnOutput.Builder.create(stack, "Manifest")
                .value(stack.toJsonString(images.manifest(Map.of(
                        "apiVersion", "v1", "kind", "Pod", "metadata", Map.of("name", "app", "namespace", "web"),
                        "spec", Map.of("containers", java.util.List.of(container), "hostNetwork", false)))))
                .build();

        app.synth();
    }
}
