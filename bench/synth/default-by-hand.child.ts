import { Construct } from 'constructs';
import { alarmByHand, cacheByHand, logByHand, ruleByHand } from './by-hand';
import { measureSynth } from './program';

measureSynth((stack, prefixes) => {
  for (const prefix of prefixes) {
    const cache = cacheByHand(stack, prefix);
    const monitoring = new Construct(cache, 'Monitoring');
    const log = logByHand(monitoring);
    alarmByHand(monitoring, prefix, log, ruleByHand(monitoring, prefix, log));
  }
});
