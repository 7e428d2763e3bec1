import { sharedStep } from './closing-steps.js';
import type { Step } from './guide.js';
import type { MicrosoftCase } from './microsoft-case.js';
import { say, together } from './prose.js';
import { bash, joined, powershell } from './quoting.js';

// How the application proves itself: a certificate to upload, or a secret to make.

const YEAR_MS = 365 * 86_400_000;

/** The certificate or the secret, by what the credential proves itself with; undefined where it needs none. */
export function proofStep(one: MicrosoftCase): Step | undefined {
  const { method, sameAs } = one.credential.clientAuth;
  if (method === 'none') return undefined;
  if (sameAs !== undefined) return sharedStep(one, sameAs);
  return method === 'private_key_jwt' ? certificateStep(one) : secretStep(one);
}

function certificateStep(one: MicrosoftCase): Step {
  const { credential, certificate } = one;
  const { id, clientId } = credential;
  const [file, pem] = [`${id}.cer`, `${id}.pem`];
  const download = bash`tokenwell credential certificate ${id} --out=${file}`;
  const step = {
    id: 'certificate' as const,
    title: say`Upload the certificate`,
    who: 'tenant_admin' as const,
    why: say`The provider checks with it what the vault signs; the private key stays in the vault.`,
  };
  if (!certificate) {
    const text = say`There is no certificate yet. An operator has one made in the vault, which the credential then uses; then ask for this guide again.`;
    return { ...step, who: 'operator', text, commands: [bash`tokenwell credential certificate-generate ${id}`] };
  }
  const thumbprint = certificate.thumbprintSha1.toUpperCase();
  const until = dayOf(certificate.notAfter);
  return {
    ...step,
    text: together(
      say`It is good until ${until}. An operator writes the file with ${download.text} and hands it over; it is public.`,
      ...waitingText(one),
    ),
    instructions: [
      say`In the registration: Certificates & secrets, Certificates, Upload certificate, the file ${file}.`,
      say`The thumbprint that is shown there must be ${thumbprint}.`,
    ],
    commands: [
      powershell`$der = [Convert]::FromBase64String(${derOf(certificate.chain)})
if ($app) {
  $keys = @((Get-MgApplication -ApplicationId $app.Id -Property 'id,keyCredentials').KeyCredentials | Where-Object { $_ })
  if (-not ($keys | Where-Object { $_.CustomKeyIdentifier -and [BitConverter]::ToString($_.CustomKeyIdentifier).Replace('-', '') -eq ${thumbprint} })) {
    Update-MgApplication -ApplicationId $app.Id -KeyCredentials ($keys + @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $der; DisplayName = ${`tokenwell ${id}`} })
  }
} else {
  Write-Warning 'The certificate is for the app registration, which is in another tenant.'
}`,
      download,
      joined(
        bash`openssl x509 -inform der -in ${file} -out ${pem}`,
        bash`az ad app credential reset --id=${clientId} --append --cert=${`@${pem}`}`,
      ),
    ],
  };
}

/** The newest certificate is the one to upload; where it is not the one in use, requests are not made with it yet. */
function waitingText({ credential: { id, clientAuth }, certificate }: MicrosoftCase) {
  const used = clientAuth.certificate?.thumbprintSha256;
  if (used === certificate?.thumbprintSha256 || (used === undefined && clientAuth.hasSecret)) return [];
  return [
    say`One is waiting, this one: it is not in use yet, and ${`tokenwell credential auths ${id}`} says its id. When it is uploaded: ${`tokenwell credential auth-test ${id} <auth id>`}, then ${`tokenwell credential auth-activate ${id} <auth id>`}.`,
  ];
}

function secretStep({ credential, now }: MicrosoftCase): Step {
  const { id, clientId, clientAuth } = credential;
  const until = dayOf(now + YEAR_MS);
  const store = bash`tokenwell credential auth-create ${id} --secret-file - --secret-expires-at=${until}`;
  const stored = clientAuth.hasSecret ? storedText(id, clientAuth.secretExpiresAt) : say`None is stored yet.`;
  return {
    id: 'new-secret',
    title: clientAuth.hasSecret ? say`Make the next client secret before this one ends` : say`Make a client secret`,
    who: 'tenant_admin',
    ...(clientAuth.hasSecret ? { optional: true } : {}),
    why: say`The application proves itself with it, and a secret always ends: when it has, nothing works until there is a new one.`,
    text: together(
      stored,
      say`A certificate in its place is never sent over the wire. A new secret stands beside the one that is in use, until ${`tokenwell credential auth-test ${id}`} and ${`auth-activate ${id}`} with the id that storing it prints.`,
    ),
    instructions: [
      say`In the registration: Certificates & secrets, Client secrets, New client secret. Choose when it ends, and write it down.`,
      say`Copy the column Value at once: it is shown this once. The Secret ID beside it is not the secret.`,
      say`An operator stores it, typed unseen, with the day on which it ends: ${`tokenwell credential auth-create ${id} --secret-file - --secret-expires-at …`}`,
    ],
    commands: [
      bash`az ad app credential reset --id=${clientId} --append --display-name=${`tokenwell ${id}`} --end-date=${until} --query=password --output=tsv | ${store}`,
    ],
  };
}

function storedText(id: string, expiresAt: number | undefined) {
  return expiresAt === undefined
    ? say`One is stored already; nobody said when it ends: ${`tokenwell credential replace ${id} --secret-expires-at …`} does.`
    : say`One is stored already; it ends on ${dayOf(expiresAt)}.`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The first certificate of a chain in base64, which is the client's own. */
function derOf(chain: string): string {
  const [own = ''] = chain.split('-----END CERTIFICATE-----');
  return own.replace('-----BEGIN CERTIFICATE-----', '').replace(/\s/g, '');
}
