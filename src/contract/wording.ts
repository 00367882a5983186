import { z } from 'zod';

/** How a fault reads that a person is told of and whose schema says nothing of its own: zod's words, but for these. */
z.config({
  customError: issue => {
    if (issue.code === 'invalid_type' && issue.input === undefined) return 'This is required.';
    return undefined;
  },
});
