const { relative, sep } = require('path');
const { default: TestRunner } = require('jest-runner');
const areas = require('./scope.json');

/**
 * Judges a mutant by the tests that scope.json gives to its file, in that order and up to the first file that fails. Jest alone would run
 * every test that imports the file in some way, nearly all, and would call a change noticed that only a test about something else
 * stumbles over.
 */
module.exports = class OwnTests extends TestRunner {
  constructor(globalConfig, context) {
    super(globalConfig, context);
    this.inRepository = file => relative(globalConfig.rootDir, file).split(sep).join('/');
    const mutated = globalConfig.nonFlagArgs.map(this.inRepository);
    this.judges = areas.flatMap(area => area.judged)
      .filter(({ files }) => mutated.some(file => new RegExp(files).test(file)))
      .flatMap(({ tests }) => tests.map(path => new RegExp(path)));
  }

  async runTests(tests, watcher, options) {
    const own = new Set(this.judges.flatMap(judge => tests.filter(({ path }) => judge.test(this.inRepository(path)))));
    let failed = false;
    this.on('test-file-success', ([, result]) => { failed ||= result.numFailingTests > 0; });
    this.on('test-file-failure', () => { failed = true; });
    for (const test of own) {
      if (!failed) { await super.runTests([test], watcher, options); }
    }
  }
};
