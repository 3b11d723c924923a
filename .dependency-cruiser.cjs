/*
 * The rooms of src, lowest first. A room may import from the rooms on earlier lines and from private/;
 * rooms on one line may import only from those named before them on it.
 */
const order = [
  'upstream',
  'rule',
  'repository', 'registry',
  'pulling', 'monitoring', 'network', 'operations',
];

const oneWay = order.map((room, at) => ({
  name: `${room}-looks-down-only`,
  comment: `src/${room} may depend on private, ${order.slice(0, at).join(', ') || 'nothing else'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [`^src/(private|${order.slice(0, at + 1).join('|')})/`] },
}));

module.exports = {
  forbidden: [
    ...oneWay,
    {
      name: 'private-is-below-all',
      severity: 'error',
      from: { path: '^src/private/' },
      to: { path: '^src/', pathNot: '^src/private/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'peers-only',
      comment: 'the published package has no dependency beyond its peers; handlers may use the SDK of the Lambda runtime',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.lambda\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules' },
  },
};
