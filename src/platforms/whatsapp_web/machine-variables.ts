import type { Variables } from './find-chromium.ts';

/** The machine's own variables: where its programs lie is no setting of a tenant's. */
export function machineVariables(): Variables {
  // biome-ignore lint/style/noProcessEnv: a platform sees no configuration, and a browser needs PATH, HOME and the like
  return process.env;
}

const handedOn =
  /^(?:PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TMP|TEMP|XDG_\w+|FONTCONFIG_\w+|LD_LIBRARY_PATH|SystemRoot|LOCALAPPDATA|APPDATA|(?:HTTPS?|NO|ALL)_PROXY|(?:https?|no|all)_proxy|CHROMIUM_\w+)$/;

/** What a session and its browser may know: keys and addresses of databases are none of a web page's business. */
export function sessionVariables(variables: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && handedOn.test(entry[0]),
    ),
  );
}
