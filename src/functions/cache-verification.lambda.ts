import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { ECR } from '@aws-sdk/client-ecr';
import type { VerificationProperties } from './contract';
import { serve } from './custom-resource';
import type { DeploymentRequest } from './custom-resource';
import { EcrPullCalls } from './ecr-pull-calls';
import { probeImage } from './pull';
import type { RuntimeContext } from './runtime';
import { clientOptions, logLine, Remaining } from './runtime';
import { reasonToRest } from './stack-standing';
import type { Clock, Proofs } from './verification-run';
import { VerificationRun } from './verification-run';

const CLOCK: Clock = {
  now: () => Date.now(),
  pause: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
};

/** Asks ECR. Each proof ends by itself when its time, or that of the invocation, is up. */
class EcrProofs implements Proofs {
  constructor(private readonly ecr: ECR, private readonly remaining: Remaining, private readonly imageTimeout: number) {}

  public async pull(image: string): Promise<object> {
    return probeImage(new EcrPullCalls(this.ecr, this.remaining.forReading(this.imageTimeout)), image, new Date(0));
  }

  public async validate(ecrRepositoryPrefix: string): Promise<string | undefined> {
    const { isValid, failure } = await this.ecr.validatePullThroughCacheRule({ ecrRepositoryPrefix }, this.remaining.forReading());
    return isValid ? undefined : failure ?? 'ECR finds the rule not valid and gives no reason';
  }
}

/** Proves that the cache works when it is created or changed. Deletion changes nothing, and there is nothing to prove on the way back. */
export async function handler(request: DeploymentRequest, context: RuntimeContext): Promise<void> {
  await serve(request, context, async () => {
    if (request.RequestType === 'Delete') {
      return { attributes: {} };
    }
    const { prefix, images, validatesCredential, retrySeconds, imageTimeoutSeconds, logGroupName, stacks } =
      request.ResourceProperties as unknown as VerificationProperties;
    const remaining = new Remaining(context);
    const rest = await reasonToRest(request, stacks, new CloudFormation(clientOptions(10_000)), () => remaining.forReading());
    if (rest !== undefined) {
      logLine({ kind: 'verification', outcome: 'left out', reason: rest });
      return { attributes: {}, reason: `nothing is verified: ${rest}` };
    }
    const imageTimeout = Number(imageTimeoutSeconds) * 1000;
    const settings = {
      prefix,
      images,
      validatesCredential: validatesCredential === 'true',
      retryMilliseconds: Number(retrySeconds) * 1000,
      logGroupName,
    };
    // a first pull answers when the image is imported, so a request may take as long as its image
    const proofs = new EcrProofs(new ECR(clientOptions(imageTimeout)), remaining, imageTimeout);
    await new VerificationRun(settings, proofs, CLOCK, logLine).run();
    return { attributes: {} };
  });
}
