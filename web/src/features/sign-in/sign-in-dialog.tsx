import { Modal } from '@mantine/core';
import { me } from '../../../../src/contract/index.ts';
import type { ApiClient } from '../../api/client.ts';
import type { Me } from '../../app/session.ts';
import { LinkButton } from '../../ui/controls.tsx';
import styles from './sign-in.module.css';
import { SignInForm } from './sign-in-form.tsx';

interface SignInDialogProps {
  api: ApiClient;
  me: Me;
  onSignedIn: (profile: Me) => void;
  onLeave: () => void;
}

/** Over the page, so that nothing that was being written is lost. */
export function SignInDialog({ api, me: held, onSignedIn, onLeave }: SignInDialogProps) {
  return (
    <Modal opened onClose={() => {}} withCloseButton={false} title="Your session has ended">
      <p className={styles.lead}>Sign in again to go on. What you were writing is kept.</p>
      <SignInForm
        api={api}
        tenant={held.tenant.slug}
        email={held.user.email}
        isReturn
        onSignedIn={async () => onSignedIn(await api.call(me, {}))}
      />
      <p className={styles.hint}>
        Not {held.user.name}? <LinkButton onClick={onLeave}>Sign in as somebody else</LinkButton>
      </p>
    </Modal>
  );
}
