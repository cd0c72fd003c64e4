# syntax=docker/dockerfile:1
# Build: docker build -t imgcast .    Run: see compose.yaml, or docs/deploy.md

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin ./bin
COPY src ./src
COPY widgets ./widgets
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    IMGCAST_HOST=0.0.0.0 \
    IMGCAST_STORE=file:/data/imgcast.db
WORKDIR /app
COPY package.json LICENSE ./
COPY bin ./bin
COPY public ./public
COPY templates ./templates
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The volume inherits this owner. Nothing else in the image belongs to the user that runs the server.
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 9192
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:9192/healthz').then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/imgcast.cjs"]
CMD ["serve"]
