const NOBODY = 'http://127.0.0.1:9';

/** No test ever calls a vendor: where nothing else is said, nobody answers. */
export const noProviders: Readonly<Record<string, string>> = Object.fromEntries(
  ['GRAPH', 'INSTAGRAM', 'TELEGRAM', 'CRISP', 'TIDIO', 'TWILIO'].map(name => [`${name}_API_URL`, NOBODY]),
);
