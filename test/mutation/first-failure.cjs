const { TestEnvironment } = require('jest-environment-node');

/** Skips what follows the first failure in a file: one test that notices a mutant is enough, and some of the others take seconds. */
module.exports = class FirstFailure extends TestEnvironment {
  failed = false;

  async handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) { this.failed = true; }
    if (name === 'test_start' && this.failed) { test.mode = 'skip'; }
  }
};
