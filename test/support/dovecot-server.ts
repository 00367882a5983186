import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mailUser } from './mail-server.ts';
import { until } from './until.ts';

/** Whom the mails belong to: Dovecot serves none of root's. */
const NOBODY = 65_534;

/** Dovecot 2.3 with one mailbox in a folder of its own; needs root, as its login processes do. */
export class DovecotServer {
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'dovecot-'));
  #child: ChildProcess | undefined;
  #next = 0;
  port = 0;

  constructor(program: string) {
    this.#program = program;
  }
  get #mails(): string {
    return join(this.#folder, 'home', 'Maildir');
  }

  async start(): Promise<void> {
    for (const path of [
      'run',
      'home',
      'home/Maildir',
      'home/Maildir/new',
      'home/Maildir/cur',
      'home/Maildir/tmp',
    ])
      mkdirSync(join(this.#folder, path), { recursive: true });
    this.#giveAway();
    this.port = await freePort();
    const config = join(this.#folder, 'dovecot.conf');
    writeFileSync(config, this.#config());
    this.#child = spawn(this.#program, ['-F', '-c', config], { stdio: 'inherit' });
    await until('Dovecot answers', () => answers(this.port));
  }
  async stop(): Promise<void> {
    const child = this.#child;
    if (child) {
      const ended = new Promise(end => child.once('exit', end));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** As a mail server delivers: whole, under a name of its own. */
  deliver(raw: string): void {
    const name = `${Math.floor(Date.now() / 1000)}.${this.#next++}.here`;
    const path = join(this.#mails, 'tmp', name);
    writeFileSync(path, raw);
    chownSync(path, NOBODY, NOBODY);
    renameSync(path, join(this.#mails, 'new', name));
  }
  /** As after a restore: the mails are there, and all numbers are new. */
  renumber(): void {
    for (const name of readdirSync(this.#mails))
      if (name.startsWith('dovecot')) rmSync(join(this.#mails, name), { recursive: true });
    writeFileSync(join(this.#mails, 'dovecot-uidvalidity'), (Date.now() + 5000).toString(16).slice(-8));
    this.#giveAway();
  }

  #giveAway(): void {
    for (const path of [
      '',
      'home',
      'home/Maildir',
      'home/Maildir/new',
      'home/Maildir/cur',
      'home/Maildir/tmp',
    ])
      chownSync(join(this.#folder, path), NOBODY, NOBODY);
  }

  #config(): string {
    return `
protocols = imap
listen = 127.0.0.1
base_dir = ${this.#folder}/run
log_path = ${this.#folder}/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:${this.#folder}/home/Maildir
first_valid_uid = 1
passdb {
  driver = static
  args = user=${mailUser.user} password=${mailUser.password.replaceAll(' ', '_')}
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${this.#folder}/home
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
service imap-login {
  inet_listener imap {
    port = ${this.port}
  }
  inet_listener imaps {
    port = 0
  }
  chroot =
}
service stats {
  chroot =
}
`;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  await new Promise(closed => server.close(closed));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
