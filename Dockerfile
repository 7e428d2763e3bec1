# The vault. `--target demo` builds what there is to try it with. docs/deploying.md says how both are used.

# The full image has a compiler, for better-sqlite3 where no prebuilt binary can be fetched.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: `prepare` would want src, and nothing in this stage runs native code.
RUN ["npm", "ci", "--ignore-scripts"]
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && chmod 0755 dist/cli/tokenwell.js

FROM node:24-bookworm AS production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm rebuild better-sqlite3

FROM build AS demo
COPY test/support ./test/support
COPY demo ./demo
USER node

FROM node:24-bookworm-slim AS vault
# A new volume that is mounted there takes over the owner and the mode.
RUN install -d -o node -g node -m 0700 /var/lib/tokenwell \
 && ln -s /app/dist/cli/tokenwell.js /usr/local/bin/tokenwell
WORKDIR /app
COPY --from=production /app/node_modules ./node_modules
COPY package.json ./
COPY migrations ./migrations
COPY --from=build /app/dist ./dist
ENV NODE_ENV=production TOKENWELL_DATA_DIR=/var/lib/tokenwell
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["tokenwell", "serve"]
