/** A mail from Ana to help@shop.example that says "The invoice", with one attached. */
export function mailWithInvoice(head: Readonly<Record<string, string>>): string {
  return [
    'From: Ana <ana@example.org>',
    'To: help@shop.example',
    ...Object.entries(head).map(([name, value]) => `${name}: ${value}`),
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'The invoice',
    '--b',
    'Content-Type: application/pdf; name="invoice.pdf"',
    'Content-Disposition: attachment; filename="invoice.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('%PDF-1.7\n%%EOF').toString('base64'),
    '--b--',
    '',
  ].join('\r\n');
}
