export interface ServerAddress {
  readonly host: string;
  readonly port: string;
  /** TLS from the first byte; otherwise STARTTLS. */
  readonly secure: boolean;
}
export type SignIn = 'password' | 'oauth';

/** What is known of a mail service, so that nobody has to look it up. */
export interface EmailPreset {
  readonly key: string;
  readonly title: string;
  readonly imap: ServerAddress;
  readonly smtp: ServerAddress;
  readonly signIns: readonly SignIn[];
  readonly help: Readonly<Partial<Record<SignIn, string>>>;
  readonly tokenUrl: string;
  /** The name under which it says who sent a mail; '' where it has no fixed one. */
  readonly authservId: string;
}

const nowhere: ServerAddress = { host: '', port: '993', secure: true };

export const otherPreset: EmailPreset = {
  key: 'other',
  title: 'Another one',
  imap: nowhere,
  smtp: { ...nowhere, port: '465' },
  signIns: ['password', 'oauth'],
  help: {
    password:
      'As in any mail program. Where the account has two-step verification, it wants a password for apps.',
    oauth: 'Of an app that may read and send the mail of this account.',
  },
  tokenUrl: '',
  authservId: '',
};

export const emailPresets: readonly EmailPreset[] = [
  {
    key: 'gmail',
    title: 'Gmail, Google Workspace',
    imap: { host: 'imap.gmail.com', port: '993', secure: true },
    smtp: { host: 'smtp.gmail.com', port: '465', secure: true },
    signIns: ['password', 'oauth'],
    help: {
      password:
        'An app password: switch on 2-Step Verification for the Google account, then make one at myaccount.google.com/apppasswords. The account’s own password is refused.',
      oauth: 'Of an app in the Google Cloud console, with the scope https://mail.google.com/.',
    },
    tokenUrl: 'https://oauth2.googleapis.com/token',
    authservId: 'mx.google.com',
  },
  {
    key: 'microsoft',
    title: 'Outlook, Microsoft 365',
    imap: { host: 'outlook.office365.com', port: '993', secure: true },
    smtp: { host: 'smtp.office365.com', port: '587', secure: false },
    signIns: ['oauth'],
    help: {
      oauth:
        'Microsoft takes no passwords here any more. Register an app in Entra with IMAP.AccessAsUser.All, SMTP.Send and offline_access, and switch on Authenticated SMTP for the mailbox.',
    },
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    authservId: '',
  },
  {
    key: 'fastmail',
    title: 'Fastmail',
    imap: { host: 'imap.fastmail.com', port: '993', secure: true },
    smtp: { host: 'smtp.fastmail.com', port: '465', secure: true },
    signIns: ['password'],
    help: { password: 'An app password: in Fastmail under Settings, Privacy & Security, for IMAP and SMTP.' },
    tokenUrl: '',
    authservId: '',
  },
  {
    key: 'icloud',
    title: 'iCloud',
    imap: { host: 'imap.mail.me.com', port: '993', secure: true },
    smtp: { host: 'smtp.mail.me.com', port: '587', secure: false },
    signIns: ['password'],
    help: { password: 'An app-specific password: at account.apple.com under Sign-In and Security.' },
    tokenUrl: '',
    authservId: '',
  },
  otherPreset,
];
