import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { letCustomerIn } from './1-deploy';
import { inbox } from '../../harness/inbox';
import { resourcesOf } from '../../harness/stack';
import { eventually } from '../../harness/wait';
import { refusal, STACK } from '../world';
import type { World } from '../world';

const EVENT_LOG = 'AWS::Logs::LogGroup', ALARM = 'AWS::CloudWatch::Alarm', TOPIC = 'AWS::SNS::Topic';

export async function alarm(world: World): Promise<void> {
  const { customer, engine, report } = world;
  const { [EVENT_LOG]: [log], [ALARM]: [name], [TOPIC]: [topic] } = await resourcesOf(customer, STACK);
  const becomes = async (wanted: string): Promise<string> => eventually(`the alarm becomes ${wanted}`, async () => {
    const { MetricAlarms: [found] = [] } = await customer.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return found?.StateValue === wanted && wanted;
  });
  // what failed while the upstream was down is past
  await engine.advance({ hours: 5 });
  report.claim('nothing fails: the alarm is OK', await becomes('OK') === 'OK');
  const messages = await inbox(customer, 'on-call', topic);

  report.progress('Echo withdraws the access of this account');
  await world.vendor.ecr.send(new DeleteRegistryPolicyCommand({}));
  const digest = await world.publish('postgres', '17');
  const refused = await refusal(world.pull('echo/postgres', '17'));
  report.claim('a new image fails', refused?.includes('denied access') === true, refused ?? 'it was served');
  report.quote(refused ?? '');

  const event = await eventually('the event is in the log', async () => {
    const { events = [] } = await customer.logs.send(new FilterLogEventsCommand({ logGroupName: log }));
    return events.map(({ message }) => message!).find(message => message.includes('echo/postgres'));
  });
  const { detail } = JSON.parse(event) as { detail: Record<string, string> };
  report.claim('the event of it is in the log of the cache', detail['repository-name'] === 'echo/postgres' && detail['sync-status'] !== 'SUCCESS', event);
  report.progress('workloads try again for three quarters of an hour');
  for (let time = 0; time < 2; time += 1) {
    await engine.advance({ minutes: 16 });
    await refusal(world.pull('echo/postgres', '17'));
  }
  report.claim('the alarm goes to ALARM', await becomes('ALARM') === 'ALARM');
  const message = await messages.next();
  report.claim('the topic delivers it', message.AlarmName === name && message.NewStateValue === 'ALARM', JSON.stringify(message));
  report.quote(String(message.AlarmDescription));
  const cached = await refusal(world.pull('echo/nginx', '1.27'));
  report.claim('what was cached is served meanwhile', cached === undefined, cached);

  report.progress('Echo gives access back; five hours pass');
  await letCustomerIn(world);
  const served = await world.pull('echo/postgres', '17').catch((problem: Error) => problem);
  report.claim('the image comes', !(served instanceof Error) && served.digest === digest, String(served));
  await engine.advance({ hours: 5 });
  report.claim('the alarm heals', await becomes('OK') === 'OK');
}
