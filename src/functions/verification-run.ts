import { OperationFailure } from './custom-resource';
import { inParallel, reasonOf } from './runtime';

/** What proves that a cache works. Each fails with an error that says why. */
export interface Proofs {
  /** Pulls an image, named as in the cache; what was pulled, for the log. */
  pull(image: string): Promise<object>;
  /** Has ECR try the rule's credential; what is wrong with it, or undefined. */
  validate(prefix: string): Promise<string | undefined>;
}

/** Time, as the run sees it. */
export interface Clock {
  /** Milliseconds from whenever. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

/** What is proven. */
export interface VerificationSettings {
  readonly prefix: string;
  /** As the cache names them: `echo/nginx:1.27`. */
  readonly images: string[];
  readonly validatesCredential: boolean;
  /** How long failures are tried again. */
  readonly retryMilliseconds: number;
  /** Where the lines of this run are. */
  readonly logGroupName: string;
}

const IMAGES_AT_ONCE = 4;
export const PAUSE_MILLISECONDS = 10_000;

/**
 * Proves that a cache works, or throws with ECR's own reasons. Every failure is tried again for a while: a role that was just made isn't
 * known everywhere, and what ECR answers then looks like any other failure.
 */
export class VerificationRun {
  private readonly failures: string[] = [];
  private readonly end: number;

  constructor(
    private readonly settings: VerificationSettings,
    private readonly proofs: Proofs,
    private readonly clock: Clock,
    private readonly log: (line: object) => void,
  ) {
    this.end = clock.now() + settings.retryMilliseconds;
  }

  public async run(): Promise<void> {
    const { prefix, images, validatesCredential, logGroupName } = this.settings;
    if (validatesCredential) {
      await this.prove('the credential', () => this.validate());
    }
    if (this.failures.length === 0) {
      await inParallel(IMAGES_AT_ONCE, images, image => this.prove(image, () => this.proofs.pull(image)));
    }
    if (this.failures.length > 0) {
      throw new OperationFailure(`the pull-through cache '${prefix}' does not work: ${this.failures.join('; ')} (log group ${logGroupName})`);
    }
  }

  private async validate(): Promise<object> {
    const problem = await this.proofs.validate(this.settings.prefix);
    if (problem !== undefined) {
      throw Object.assign(new Error(problem), { name: 'InvalidCredential' });
    }
    return {};
  }

  private async prove(subject: string, proof: () => Promise<object>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const line = { kind: 'verification', cache: this.settings.prefix, subject, attempt };
      try {
        this.log({ ...line, outcome: 'proven', ...await proof() });
        return;
      } catch (error) {
        const reason = reasonOf(error);
        const last = this.clock.now() + PAUSE_MILLISECONDS > this.end;
        this.log({ ...line, outcome: last ? 'failed' : 'tried again', ...reason });
        if (last) {
          this.failures.push(`${subject}: ${reason.code}: ${reason.message}`);
          return;
        }
      }
      await this.clock.pause(PAUSE_MILLISECONDS);
    }
  }
}
