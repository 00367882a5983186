const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

const { Spec } = Mocha.reporters;

/** What people read, and the counts in a file for the script that adds them up. */
module.exports = class CountingReporter extends Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(options.reporterOption.output, JSON.stringify({ passes, failures, pending }));
    });
  }
};
