import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { CacheAlarm, CacheAlerting, CacheEventLog, CacheMonitoring, LoggedEvents, PullThroughCache, UpstreamRegistry } from '../../../../src';

/** A watched cache of Kubernetes' images, three kinds of pullers, and a queue of all that ECR tells, by a way that assumes nothing. */
export class PublicStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    const eventLog = new CacheEventLog(this, 'EventLog');
    const cache = new PullThroughCache(this, 'Cache', {
      upstream: UpstreamRegistry.KUBERNETES,
      monitoring: CacheMonitoring.standard({
        eventLog,
        loggedEvents: LoggedEvents.ALL_IMPORTS,
      }),
    });
    new CacheAlerting(this, 'Alerting', {
      caches: [cache],
      alarms: [CacheAlarm.pullsDenied(), CacheAlarm.callsNearQuota(), CacheAlarm.eventsNotLogged()],
    });
    const role = (name: string) => new iam.Role(this, name, { assumedBy: new iam.AccountRootPrincipal() });
    const [puller, cachedOnly, nobody] = ['Puller', 'CachedOnly', 'Nobody'].map(role);
    cache.grants.pull(puller);
    cache.grants.pullCached(cachedOnly);
    nobody.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));

    const queue = new sqs.Queue(this, 'Events');
    new events.Rule(this, 'All', {
      eventPattern: { source: ['aws.ecr'] },
      targets: [new SqsQueue(queue)],
    });
    // read-only calls reach EventBridge through a trail, and only a rule in this state
    new cloudtrail.Trail(this, 'Trail', { isMultiRegionTrail: false, managementEvents: cloudtrail.ReadWriteType.ALL });
    (this.node.findChild('All').node.defaultChild as events.CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

    new CfnOutput(this, 'EventsUrl', { value: queue.queueUrl });
    new CfnOutput(this, 'LogName', { value: eventLog.logGroup.logGroupName });
    for (const [name, { roleArn }] of Object.entries({ Puller: puller, CachedOnly: cachedOnly, Nobody: nobody })) {
      new CfnOutput(this, `${name}Arn`, { value: roleArn });
    }
  }
}
