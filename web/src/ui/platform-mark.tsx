import {
  IconBrandInstagram,
  IconBrandMessenger,
  IconBrandTelegram,
  IconBrandWhatsapp,
  IconCode,
  IconDeviceMobile,
  IconLetterT,
  IconMail,
  IconMessage,
  IconWorld,
} from '@tabler/icons-react';
import type { Platform } from '../../../src/contract/index.ts';
import styles from './controls.module.css';

/** Both Crisp and Tidio have a blue bubble of their own: side by side, one of them must look different. */
const looks: Record<Platform, { name: string; color: string; Icon: typeof IconMail }> = {
  widget: { name: 'Website chat', color: '#495057', Icon: IconWorld },
  whatsapp: { name: 'WhatsApp', color: '#1fa855', Icon: IconBrandWhatsapp },
  whatsapp_web: { name: 'WhatsApp Web', color: '#1fa855', Icon: IconBrandWhatsapp },
  facebook: { name: 'Messenger', color: '#0084ff', Icon: IconBrandMessenger },
  instagram: { name: 'Instagram', color: '#e1306c', Icon: IconBrandInstagram },
  telegram: { name: 'Telegram', color: '#229ed9', Icon: IconBrandTelegram },
  email: { name: 'E-mail', color: '#228be6', Icon: IconMail },
  sms: { name: 'SMS', color: '#7048e8', Icon: IconDeviceMobile },
  crisp: { name: 'Crisp', color: '#1972f5', Icon: IconMessage },
  tidio: { name: 'Tidio', color: '#0c8599', Icon: IconLetterT },
  api: { name: 'API', color: '#364fc7', Icon: IconCode },
};

export function platformName(platform: Platform): string {
  return looks[platform].name;
}

export function platformColor(platform: Platform): string {
  return looks[platform].color;
}

export function PlatformMark({ platform }: { platform: Platform }) {
  const { color, Icon } = looks[platform];
  return (
    <span className={styles.mark} style={{ background: color }}>
      <Icon size={9} stroke={2.4} />
    </span>
  );
}
