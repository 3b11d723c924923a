/**
 * Calls a second that AWS documents, of those that functions make: Amazon ECR User Guide, "Amazon ECR service quotas"; Amazon CloudWatch endpoints
 * and quotas.
 */
export const DOCUMENTED: Readonly<Record<string, number>> = {
  BatchGetImage: 2000,
  GetDownloadUrlForLayer: 3000,
  GetMetricData: 500,
  PutMetricData: 500,
};

/** The slowest rates of that list of ECR: of a call that reads (GetAuthorizationToken), and of all (PutImage). */
export const SLOWEST_READ = 500;
export const SLOWEST = 10;

/** Lets calls through at a rate, by a bucket for each action that holds what a second brings. */
export class Quotas {
  private readonly buckets = new Map<string, { calls: number; at: number }>();

  /** An action without a rate is never refused. */
  public constructor(private readonly rates: Readonly<Record<string, number>>, private readonly now: () => number) {}

  public allows(action: string): boolean {
    if (!(action in this.rates)) {
      return true;
    }
    const rate = this.rates[action];
    const at = this.now();
    const bucket = this.buckets.get(action) ?? { calls: rate, at };
    const calls = Math.min(rate, bucket.calls + (at - bucket.at) / 1000 * rate);
    const allowed = calls >= 1;
    this.buckets.set(action, { calls: allowed ? calls - 1 : calls, at });
    return allowed;
  }
}
