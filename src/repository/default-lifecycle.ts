/**
 * The policy of `CacheLifecycleRule.defaults()`, written out: most caches have it, and composing and checking it would cost
 * each of them a tenth of its time.
 */
export const DEFAULT_LIFECYCLE_POLICY = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'keep the newest 10 tagged images',
      selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: 'expire untagged images 30 days after their push',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 },
      action: { type: 'expire' },
    },
  ],
});
