# One image for every CRMService process; the command behind `crmservice` chooses which.
# Build: docker build -t crmservice .
# The calendar's has Microsoft's client as well, which is larger than everything else together:
#   docker build --target calendar -t crmservice-calendar .
FROM python:3.13-slim-trixie AS build
WORKDIR /build
COPY requirements/runtime.txt requirements/databases.txt requirements/dev.txt requirements/
# Wheels alone: nothing that comes from outside is run in order to be installed.
RUN python -m venv /opt/crmservice \
 && /opt/crmservice/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements/runtime.txt -r requirements/databases.txt
# What makes our own wheel, pinned as for developers; it stays in this stage.
RUN awk '/^[a-z]/ {keep = /^(editables|hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/} keep' \
        requirements/dev.txt > requirements/build.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY services services
COPY shared shared
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/crmservice/bin/pip install --no-deps --no-index dist/*.whl

FROM build AS plain
RUN /opt/crmservice/bin/pip uninstall --yes setuptools pip

FROM build AS extended
COPY requirements/calendar.txt requirements/
RUN /opt/crmservice/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements/calendar.txt \
 && /opt/crmservice/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim-trixie AS runtime
# The client library of Firebird; the drivers of the other databases bring theirs.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libfbclient2 \
 && rm -rf /var/lib/apt/lists/*
# /data and /eml are here so that a new volume gets its owner from them.
RUN groupadd --gid 10001 crmservice \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin crmservice \
 && install -d -o 10001 -g 10001 -m 0700 /data \
 && install -d -o 10001 -g 10001 -m 0750 /eml
ENV PATH=/opt/crmservice/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CRMSERVICE_DATA=/data
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["crmservice"]
CMD ["--help"]

FROM runtime AS calendar
COPY --from=extended /opt/crmservice /opt/crmservice

FROM runtime
COPY --from=plain /opt/crmservice /opt/crmservice
