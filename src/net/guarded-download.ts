import type { Readable } from 'node:stream';
import axios, { type AxiosInstance } from 'axios';
import { type AllowList, guardedAgents, type Resolve, UnsafeAddress } from './guarded-agents.ts';

const mostRedirects = 3;

export interface Download {
  readonly content: Readable;
  /** What the server says; untrusted. */
  readonly mimeType: string | undefined;
  /** Bytes, when the server says it; untrusted. */
  readonly size: number | undefined;
}
/** The server answered, and not with the file. */
export class DownloadRefused extends Error {
  override readonly name = 'DownloadRefused';
  readonly status: number;
  constructor(status: number) {
    super(`The file's server answered with status ${status}.`);
    this.status = status;
  }
}

export interface DownloadLimits {
  /** For the whole file. */
  readonly totalMs?: number;
  /** Of each hop, until it says anything: a server that only takes the connection keeps others waiting. */
  readonly answerWithinMs?: number;
}

/** Fetches files from addresses that others gave us: guarded at every hop, bounded in time, credentials kept at home. */
export class Downloader {
  readonly #http: AxiosInstance;
  readonly #totalMs: number;
  readonly #answerWithinMs: number;

  constructor(allow: AllowList, limits: DownloadLimits = {}, resolve?: Resolve) {
    const { totalMs = 120_000, answerWithinMs = 15_000 } = limits;
    this.#totalMs = totalMs;
    this.#answerWithinMs = answerWithinMs;
    this.#http = axios.create({
      ...guardedAgents(allow, resolve),
      proxy: false,
      maxRedirects: 0,
      responseType: 'stream',
      decompress: true,
      validateStatus: () => true,
    });
  }

  /**
   * `headers` go to the first host only. The caller reads or destroys `content`, which fails when the time is over.
   * Throws UnsafeAddress, DownloadRefused, or the error of the connection.
   */
  async fetch(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Download> {
    const signal = AbortSignal.timeout(this.#totalMs);
    let place = webUrl(url);
    let own = headers;
    for (let hops = 0; ; hops++) {
      const response = await this.#get(place.href, own, signal);
      const { location } = response.headers;
      if (response.status >= 300 && response.status < 400 && typeof location === 'string') {
        response.data.destroy();
        if (hops === mostRedirects) throw new DownloadRefused(response.status);
        const next = webUrl(location, place);
        if (next.origin !== place.origin) own = {};
        place = next;
        continue;
      }
      if (response.status !== 200) {
        response.data.destroy();
        throw new DownloadRefused(response.status);
      }
      const { 'content-type': type, 'content-length': length } = response.headers;
      return {
        content: response.data,
        mimeType: typeof type === 'string' ? type.split(';')[0]?.trim().toLowerCase() : undefined,
        size: /^\d{1,15}$/.test(String(length)) ? Number(length) : undefined,
      };
    }
  }

  async #get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    const silence = new AbortController();
    const patience = setTimeout(() => silence.abort(), this.#answerWithinMs);
    try {
      return await this.#http
        .get<Readable>(url, { headers, signal: AbortSignal.any([signal, silence.signal]) })
        .catch(asUnsafe);
    } finally {
      clearTimeout(patience);
    }
  }
}

function webUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UnsafeAddress('Only addresses that begin with http:// or https:// are fetched.');
  if (url.username || url.password)
    throw new UnsafeAddress('Addresses with a password in them are not fetched.');
  return url;
}

/** axios wraps what the agent threw. */
function asUnsafe(error: unknown): never {
  const cause = (error as { cause?: unknown }).cause;
  throw cause instanceof UnsafeAddress ? cause : error;
}
