import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { CacheMetrics } from './cache-metrics';

/*
 * What a cache saves, between two bounds: AWS doesn't say how many calls that it counts a pull is. An image for one platform takes one, a
 * multi-platform image two, for the index and for the image.
 */
const MOST_CALLS = 2;

/** What was not pulled from the upstream: pulls and, by the mean size of the images, gigabytes; at most and at least. */
export function savings(metrics: CacheMetrics): { readonly pulls: cloudwatch.IMetric[]; readonly gigabytes: cloudwatch.IMetric[] } {
  const avoided = (calls: number) => `IF(pulls / ${calls} > imports, pulls / ${calls} - imports, 0)`;
  const counts = { pulls: metrics.pulls(), imports: metrics.importedImages() };
  const sizes = { ...counts, bytes: metrics.storedBytes(), images: metrics.images() };
  const expression = (text: string, usingMetrics: Record<string, cloudwatch.IMetric>, label: string) => new cloudwatch.MathExpression({
    expression: text, usingMetrics, label, period: metrics.pulls().period,
  });
  // of an index the size is counted with its images, so the mean is that of a call
  const gigabytes = (calls: number) => `IF(images > 0, ${avoided(calls)} * bytes / images / 1000000000, 0)`;
  return {
    pulls: [
      expression(avoided(1), counts, 'pulls avoided, at most'), expression(avoided(MOST_CALLS), counts, 'pulls avoided, at least'),
    ],
    gigabytes: [expression(gigabytes(1), sizes, 'GB, at most'), expression(gigabytes(MOST_CALLS), sizes, 'GB, at least')],
  };
}

/** The hit rate if each pull was counted as two calls: 80 % may be 60 % in truth. */
export function atLeastHitRate(metrics: CacheMetrics): cloudwatch.IMetric {
  const least = `1 - ${MOST_CALLS} * (1 - rate)`;
  return new cloudwatch.MathExpression({
    expression: `IF(${least} > 0, ${least}, 0)`,
    usingMetrics: { rate: metrics.hitRate() },
    label: 'at least, if a pull is two calls',
    period: metrics.hitRate().period,
  });
}
