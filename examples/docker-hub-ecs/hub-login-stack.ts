import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { UpstreamSecret } from 'cdk-ecr-pull-through-cache';
import type { UpstreamCredential } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface HubLoginStackProps extends StackProps {
  /** The user of Docker Hub whose access token the secret holds. */
  readonly username: string;
}

/** The secret that ECR logs in to Docker Hub with, born with a placeholder for the token. */
export class HubLoginStack extends Stack {
  readonly credential: UpstreamCredential;

  constructor(scope: Construct, id: string, props: HubLoginStackProps) {
    super(scope, id, props);

    const secret = new UpstreamSecret(this, 'Secret', { secretName: 'ecr-pullthroughcache/docker-hub', username: props.username });
    this.credential = secret.credential;

    new CfnOutput(this, 'FillCommand', { value: secret.fillCommand });
  }
}
