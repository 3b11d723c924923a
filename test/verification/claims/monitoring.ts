import type { Area } from '../claim';
import { noted, oracles, unitTests } from '../evidence';
import { EVENT_RULER, OURS } from '../judges';

export const MONITORING: Area = {
  title: 'Monitoring',
  claims: [
    {
      id: 'event-patterns',
      claim: 'Event rules catch the events of their cache, failures of any status, and of no other cache',
      judges: [EVENT_RULER],
      tried: 'every pattern that the library can write, for plain, nested and ROOT prefixes, with events of imports, scans, findings and denied calls; each pattern has to match some and leave others; bad patterns are refused',
      evidence: [
        noted('oracles', 'patterns', 'test/oracles/event-patterns.test.ts'),
        noted('oracles', 'pairs of a pattern and an event', 'test/oracles/event-patterns.test.ts'),
        oracles('test/oracles/event-patterns.test.ts'),
        unitTests('test/monitoring/event-patterns.test.ts', 'test/monitoring/cache-events.test.ts', 'test/monitoring/cache-findings.test.ts'),
      ],
      restsOn: ['sync-status', 'root-prefix-event', 'denied-event', 'inspector-nested'],
    },
    {
      id: 'alarms-read-what-exists',
      claim: 'Every alarm and widget reads a metric that AWS documents or that a function of this library puts',
      judges: [OURS],
      tried: 'names and dimensions that are read beside those that the functions put when they run, and beside the rules and logs of the same template',
      evidence: [unitTests(
        'test/monitoring/cache-alarms.test.ts', 'test/monitoring/cache-metrics.test.ts', 'test/monitoring/cache-dashboard.test.ts',
        'test/monitoring/cache-monitoring.test.ts', 'test/monitoring/monitoring-choices.test.ts', 'test/monitoring/cache-event-log.test.ts',
      )],
      restsOn: ['log-group-policy', 'triggered-rules', 'alarm-sees-no-denials', 'usage-class', 'pull-count'],
    },
    {
      id: 'queries',
      claim: 'Every field that a saved query reads is in the lines and events that it is asked about',
      judges: [OURS],
      tried: 'each query beside the lines that the functions write and the events of ECR\'s schema; the troubleshooting guide beside the texts of the alarms',
      evidence: [unitTests('test/monitoring/query-text.test.ts', 'test/monitoring/cache-queries.test.ts', 'test/monitoring/troubleshooting.test.ts')],
    },
    {
      id: 'cost',
      claim: 'The cost guide holds what the templates cost: the default cache less than half a dollar a month',
      judges: [OURS],
      tried: 'every option of monitoring, priced from its template with the list prices that the guide names; the guide\'s table must be the same',
      evidence: [unitTests('test/monitoring/cost/')],
    },
  ],
};
