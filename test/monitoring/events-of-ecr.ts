/*
 * Events as AWS sends them: the sample in the Amazon ECR User Guide, "Amazon ECR events and EventBridge", and the schemas of
 * the EventBridge schema registry; a denied call as CloudTrail's record contents have it.
 */

function event(detailType: string, resources: string[], detail: object): any {
  return {
    'version': '0',
    'id': '85fc3613-e913-7fc4-a80c-a3753e4aa9ae',
    'detail-type': detailType,
    'source': 'aws.ecr',
    'account': '123456789012',
    'time': '2023-02-29T02:36:48Z',
    'region': 'us-west-2',
    resources,
    detail,
  };
}

/** `ECR Pull Through Cache Action`; what is undefined is left out. */
export function cacheAction(prefix: string, repository: string, detail: object = {}): any {
  return event('ECR Pull Through Cache Action', [`arn:aws:ecr:us-west-2:123456789012:repository/${repository}`], {
    'rule-version': '1',
    'sync-status': 'SUCCESS',
    'ecr-repository-prefix': prefix,
    'repository-name': repository,
    'upstream-registry-url': 'public.ecr.aws',
    'image-tag': '3.17.2',
    'image-digest': 'sha256:4aa08ef415aecc80814cb42fa41b658480779d80c77ab15EXAMPLE',
    ...detail,
  });
}

/** `ECR Image Scan`. */
export function imageScan(repository: string, counts: object = { CRITICAL: 10, MEDIUM: 9 }): any {
  return event('ECR Image Scan', [`arn:aws:ecr:us-west-2:123456789012:repository/${repository}`], {
    'scan-status': 'COMPLETE',
    'repository-name': repository,
    'finding-severity-counts': counts,
    'image-digest': 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234EXAMPLE',
    'image-tags': [],
  });
}

/** `Inspector2 Finding`, of the Amazon Inspector User Guide, "Amazon EventBridge event schema for Amazon Inspector events", shortened. */
export function inspectorFinding(repository: string, severity: string, status = 'ACTIVE'): any {
  return {
    ...event('Inspector2 Finding', [`arn:aws:ecr:us-west-2:123456789012:repository/${repository}/sha256:84f5`], {
      severity,
      status,
      type: 'PACKAGE_VULNERABILITY',
      resources: [{
        type: 'AWS_ECR_CONTAINER_IMAGE',
        details: { awsEcrContainerImage: { architecture: 'arm64', imageTags: ['latest'], registry: '123456789012', repositoryName: repository } },
      }],
    }),
    source: 'aws.inspector2',
  };
}

/** `ECR Image Action`: a push by a client. */
export function imageAction(repository: string): any {
  return event('ECR Image Action', [], {
    'result': 'SUCCESS',
    'repository-name': repository,
    'image-digest': 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234EXAMPLE',
    'action-type': 'PUSH',
    'image-tag': 'latest',
  });
}

/** `AWS API Call via CloudTrail`. */
export function call(eventName: string, detail: object): any {
  return event('AWS API Call via CloudTrail', [], {
    eventVersion: '1.08',
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/puller/session' },
    eventSource: 'ecr.amazonaws.com',
    eventName,
    awsRegion: 'us-west-2',
    sourceIPAddress: '203.0.113.12',
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    ...detail,
  });
}

/** The message by which IAM denies an action on a repository. */
export function denial(action: string, repository: string): string {
  return 'User: arn:aws:sts::123456789012:assumed-role/puller/session is not authorized to perform: '
    + `ecr:${action} on resource: arn:aws:ecr:us-west-2:123456789012:repository/${repository} because no identity-based policy allows it`;
}
