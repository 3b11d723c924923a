import { Construct } from 'constructs';
import { alarmsByHand, importsByHand, pageByHand, quotaAlarmByHand } from './alarms-by-hand';
import { alarmByHand, cacheByHand, logByHand, ruleByHand } from './by-hand';
import { probeByHand, statisticsByHand } from './functions-by-hand';
import { measureSynth, MOST_IN_A_STACK } from './program';

measureSynth((stack, prefixes) => {
  const log = logByHand(stack);
  const statistics = statisticsByHand(stack, prefixes);
  const probe = probeByHand(stack, prefixes);
  const alerting = new Construct(stack, 'Alerting');
  quotaAlarmByHand(alerting, prefixes[0]);
  for (const prefix of prefixes) {
    const cache = cacheByHand(stack, prefix);
    const monitoring = new Construct(cache, 'Monitoring');
    const failed = ruleByHand(monitoring, prefix, log);
    importsByHand(monitoring, prefix, log);
    const failedAlarm = alarmByHand(monitoring, prefix, log, failed);
    const scope = new Construct(alerting, prefix);
    const alarms = alarmsByHand(scope, prefix, { events: log, statistics, probe }, failed);
    pageByHand(scope, prefix, [failedAlarm, ...alarms]);
  }
}, MOST_IN_A_STACK);
