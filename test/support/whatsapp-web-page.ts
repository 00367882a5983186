import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The version by whose name the library finds the page. */
export const pageVersion = 'played';

export interface PlayedPage {
  /** Codes that are shown before a phone reads one; without it none ever does. */
  readonly pairsAfter?: number;
  /** Letters of base64 that the file of the played message is made of; no file without it. */
  readonly fileBytes?: number;
}

/** A folder with a page that plays WhatsApp Web as far as the library looks at it. */
export async function writePlayedPage(options: PlayedPage = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'whatsapp-web-page-'));
  await writeFile(join(folder, `${pageVersion}.html`), pageOf(options));
  return folder;
}

function pageOf(options: PlayedPage): string {
  return `<!doctype html><title>played</title><script>(${play.toString()})(${JSON.stringify(options)})</script>`;
}

/**
 * Runs in the page. The names of the modules are WhatsApp's own, as the library asks for them; a pairing is kept where
 * WhatsApp keeps it, in IndexedDB and in the local storage.
 */
function play(options: { pairsAfter?: number; fileBytes?: number }): void {
  // biome-ignore lint/suspicious/noExplicitAny: the page of somebody else has no types
  const page = globalThis as any;
  class Emitter {
    listeners: Record<string, ((...args: unknown[]) => void)[]> = {};
    on(names: string, listener: (...args: unknown[]) => void) {
      for (const name of names.split(' ')) (this.listeners[name] ??= []).push(listener);
    }
    off(name: string, listener: (...args: unknown[]) => void) {
      this.listeners[name] = (this.listeners[name] ?? []).filter(one => one !== listener);
    }
    trigger(name: string, ...args: unknown[]) {
      for (const listener of [...(this.listeners[name] ?? [])]) listener(...args);
    }
  }
  const widOf = (text: string) => {
    const [user, server] = text.split('@');
    return {
      user,
      server,
      _serialized: text,
      isLid: () => server === 'lid',
      isGroup: () => server === 'g.us',
      isStatus: () => false,
    };
  };
  const me = widOf('351910000001@c.us');
  const ana = widOf('351910000002@c.us');
  const lid = widOf('184000000000002@lid');
  const Socket = Object.assign(new Emitter(), { state: 'OPENING' as string, hasSynced: false });
  const Conn = Object.assign(new Emitter(), {
    ref: 'ref-1',
    serialize: () => ({ pushname: 'Bakery', platform: 'android' }),
  });
  const messages = new Map<string, unknown>();
  const messageOf = (fields: Record<string, unknown>) => {
    const message = {
      ack: 0,
      isNewMsg: true,
      once: () => undefined,
      ...fields,
      serialize: () => ({ ...fields }),
    };
    messages.set((fields.id as { _serialized: string })._serialized, message);
    return message;
  };
  const keyOf = (fromMe: boolean, id: string) => ({
    fromMe,
    remote: ana._serialized,
    id,
    _serialized: `${fromMe}_${ana._serialized}_${id}`,
  });
  const Msg = Object.assign(new Emitter(), {
    get: (id: string) => messages.get(id),
    getMessagesById: async () => ({ messages: [] }),
  });
  const chat = {
    id: ana,
    t: Math.floor(Date.now() / 1000),
    formattedTitle: 'Ana Reis',
    serialize: () => ({ id: ana, t: 1 }),
    msgs: { getModelsArray: () => [...messages.values()] },
  };
  const Chat = Object.assign(new Emitter(), { getModelsArray: () => [chat], get: () => chat });
  class MsgKey {
    static newId = async () =>
      `3EB0${Math.random().toString(16).slice(2).toUpperCase().padEnd(18, '0').slice(0, 18)}`;
    constructor({ id }: { id: string }) {
      Object.assign(this, keyOf(true, id));
    }
  }
  const modules: Record<string, unknown> = {
    WAWebSocketModel: { Socket },
    WAWebCmd: { Cmd: new Emitter() },
    WAWebConnModel: { Conn },
    WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
    WAWebAltDeviceLinkingApi: {},
    WABase64: { encodeB64: (bytes: number[]) => btoa(String.fromCharCode(...bytes)) },
    WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: '1' },
    WAWebAdvSignatureApi: {},
    WAWebUserPrefsInfoStore: { waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: [1, 2, 3] } }) } },
    WAWebSignalStoreApi: {
      waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: [4, 5, 6] } }) },
    },
    WAWebUserPrefsMultiDevice: { getADVSecretKey: () => 'secret' },
    WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me, getMaybeMeLidUser: () => undefined },
    WAWebCollections: { Msg, Chat },
    WAWebSyncGatingUtils: {},
    WAWebCallCollection: {},
    WALinkify: { findLinks: () => [], findLink: () => undefined },
    WAWebWidFactory: { createWid: widOf, asUserWidOrThrow: (wid: unknown) => wid },
    WAWebApiContact: { getCurrentLid: () => lid, getPhoneNumber: () => ana },
    WAWebQueryExistsJob: { queryWidExists: async (wid: unknown) => ({ wid }) },
    WAWebChatGetters: { getIsNewsletter: () => false, getIsBroadcast: () => false },
    WAWebMsgKey: MsgKey,
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
    WAWebStreamModel: { Stream: { markAvailable: () => undefined, markUnavailable: () => undefined } },
    WAWebUpdateUnreadChatAction: { sendSeen: async () => undefined },
    WAWebSendMsgChatAction: {
      addAndSendMsgToChat: (_chat: unknown, fields: Record<string, unknown>) => {
        const message = messageOf({ ...fields, ack: 1 });
        Msg.trigger('add', message);
        setTimeout(() => Msg.trigger('change:ack', message, 3), 20);
        return [Promise.resolve(), Promise.resolve({ messageSendResult: 'OK' })];
      },
    },
    WAWebDownloadManager: {
      downloadManager: {
        downloadAndMaybeDecrypt: async () => {
          const bytes = new Uint8Array(options.fileBytes ?? 0);
          for (let at = 0; at < bytes.length; at++) bytes[at] = at % 251;
          return bytes.buffer;
        },
      },
    },
  };
  page.require = (name: string) => {
    if (!(name in modules)) throw new Error(`There is no module ${name}.`);
    return modules[name];
  };
  page.Debug = { VERSION: '2.3000.0' };

  const database = new Promise<{ transaction(name: string, mode: string): unknown }>(resolve => {
    const opening = page.indexedDB.open('signal-storage', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
    opening.onsuccess = () => resolve(opening.result);
  });
  const inStore = async <Result>(mode: string, work: (store: never) => unknown): Promise<Result> => {
    const store = (
      (await database).transaction('keys', mode) as { objectStore(name: string): never }
    ).objectStore('keys');
    const request = work(store) as { onsuccess: () => void; result: Result };
    return new Promise(resolve => {
      request.onsuccess = () => resolve(request.result);
    });
  };
  const change = (state: string) => {
    Socket.state = state;
    Socket.trigger('change:state', Socket, state);
  };
  const connect = () => {
    change('CONNECTED');
    // The library listens a moment after the state is known.
    const waiting = setInterval(() => {
      if (page.onAppStateHasSyncedEvent === undefined) return;
      clearInterval(waiting);
      setTimeout(() => Socket.trigger('change:hasSynced'), 200);
    }, 20);
  };
  const greet = setInterval(() => {
    if (page.WWebJS === undefined || (Msg.listeners.add ?? []).length === 0) return;
    clearInterval(greet);
    const file = options.fileBytes && {
      type: 'image',
      directPath: '/played',
      mimetype: 'image/png',
      size: options.fileBytes,
      caption: 'a picture',
      mediaData: { mediaStage: 'RESOLVED' },
    };
    Msg.trigger(
      'add',
      messageOf({
        id: keyOf(false, '3APLAYED'),
        type: 'chat',
        body: 'hello from the page',
        t: Math.floor(Date.now() / 1000),
        from: ana,
        to: me,
        notifyName: 'Ana Reis',
        ...file,
      }),
    );
  }, 50);
  const pair = async () => {
    await inStore('readwrite', (store: { put(value: unknown, key: string): unknown }) =>
      store.put('paired', 'device'),
    );
    page.localStorage.setItem('last-wid', me._serialized);
    connect();
  };
  const showCodes = () => {
    change('UNPAIRED');
    let shown = 1;
    const next = setInterval(() => {
      if (shown === options.pairsAfter) {
        clearInterval(next);
        pair();
        return;
      }
      Conn.ref = `ref-${++shown}`;
      Conn.trigger('change:ref', Conn, Conn.ref);
    }, 500);
  };
  inStore('readonly', (store: { get(key: string): unknown }) => store.get('device')).then(device =>
    device === 'paired' && page.localStorage.getItem('last-wid') === me._serialized ? connect() : showCodes(),
  );
}
