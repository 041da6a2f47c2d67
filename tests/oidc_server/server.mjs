// An OpenID Connect provider on 127.0.0.1: `node server.mjs '{"port", "redirect_uri", "client_id", "client_secret", "accounts"}'`.
// Whoever signs in as a name of `accounts` gets the claims that stand there. Prints "ready" when it serves.
import Provider from 'oidc-provider'

const given = JSON.parse(process.argv[2])
const issuer = `http://127.0.0.1:${given.port}`
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: given.client_id,
      client_secret: given.client_secret,
      redirect_uris: [given.redirect_uri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ['sub'], profile: ['name', 'credit_code', 'enterprise_name', 'role'] },
  conformIdTokenClaims: given.conform,
  findAccount: (context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, ...given.accounts[id] }),
  }),
  cookies: { keys: ['for tests only'] },
})
provider.listen(given.port, '127.0.0.1', () => console.log('ready'))
