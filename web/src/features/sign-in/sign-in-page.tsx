import type { ApiClient } from '../../api/client.ts';
import styles from './sign-in.module.css';
import { SignInForm } from './sign-in-form.tsx';

const storageKey = 'concierge.last-sign-in';

function remembered(): { tenant?: string; email?: string } {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as { tenant?: string; email?: string };
  } catch {
    return {};
  }
}

function remember(tenant: string, email: string): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify({ tenant, email }));
  } catch {
    // The fields stay empty next time, no more.
  }
}

/** The workspace and the e-mail come from the address (`?tenant=`, `?email=`), or from the last time. */
export function SignInPage({ api, onSignedIn }: { api: ApiClient; onSignedIn: () => Promise<void> }) {
  const asked = new URLSearchParams(location.search);
  const last = remembered();
  const tenant = asked.get('tenant') ?? last.tenant ?? 'demo';
  const email = asked.get('email') ?? (asked.has('tenant') ? '' : (last.email ?? ''));
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.logo} aria-hidden>
          C
        </div>
        <h1>Sign in to Concierge</h1>
        <p className={styles.lead}>Every conversation with your customers, in one inbox.</p>
        <SignInForm
          api={api}
          tenant={tenant}
          email={email}
          onSignedIn={async (usedTenant, usedEmail) => {
            remember(usedTenant, usedEmail);
            await onSignedIn();
          }}
        />
        {tenant === 'demo' ? (
          <p className={styles.hint}>
            Trying the demo? Its e-mail and password were printed in the terminal when the server started.
          </p>
        ) : null}
      </div>
    </main>
  );
}
