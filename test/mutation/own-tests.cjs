const { basename, dirname, relative } = require('path');
const { default: TestRunner } = require('jest-runner');

/**
 * Judges a mutant by the tests of its file's own folder, the file's namesakes first, up to the first file that fails. Jest alone would run
 * every test that imports the file in some way, nearly all: that takes hours, and counts what a test about something else stumbles over.
 */
module.exports = class OwnTests extends TestRunner {
  async runTests(tests, watcher, options) {
    const mutated = this._globalConfig.nonFlagArgs.map(file => relative(this._globalConfig.rootDir, file).replace(/^src/, 'test').replace(/[.]ts$/, ''));
    const folders = new Set(mutated.map(file => dirname(file)));
    const own = tests.filter(({ path }) => folders.has(dirname(relative(this._globalConfig.rootDir, path))));
    const isNamesake = ({ path }) => mutated.some(file => relative(this._globalConfig.rootDir, path).startsWith(file));
    own.sort((one, other) => isNamesake(other) - isNamesake(one));

    let failed = false;
    this.on('test-file-success', ([, result]) => { failed ||= result.numFailingTests > 0; });
    this.on('test-file-failure', () => { failed = true; });
    for (const test of own) {
      if (!failed) { await super.runTests([test], watcher, options); }
    }
  }
};
