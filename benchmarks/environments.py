"""The engines: each runs in its own process, in a virtual environment that is made on first use."""

import json
import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ENVS = HERE / ".envs"
NUMPY = "numpy>=2,<3"


@dataclass(frozen=True)
class Engine:
    name: str  # as targets call it
    environment: str
    packages: tuple[str, ...]


TORCH = ("torch_eager", ("torch==2.13.0", NUMPY))
ENGINES = {
    "glassgrad": Engine("glassgrad", "glassgrad", (NUMPY,)),
    "torch_eager": Engine("PyTorch", *TORCH),
    "torch_fused": Engine("PyTorch, fused Adam", *TORCH),
    "jax_jit": Engine("JAX", "jax", ("jax==0.10.2", NUMPY)),
    "keras_jax": Engine("Keras on JAX", "keras_jax", ("keras==3.15.1", "jax==0.10.2", NUMPY)),
    "keras_tensorflow": Engine(
        "Keras on TensorFlow", "keras_tensorflow", ("keras==3.15.1", "tensorflow-cpu==2.21.0", NUMPY)
    ),
    "hips": Engine("HIPS autograd", "hips", ("autograd==1.9.1", "scipy", NUMPY)),
    "mygrad_engine": Engine("MyGrad", "mygrad_engine", ("mygrad==2.5.0", NUMPY)),
    "micrograd_engine": Engine("micrograd", "micrograd_engine", ("micrograd==0.1.0", NUMPY)),
    "by_hand": Engine("by hand", "glassgrad", (NUMPY,)),
}
# Whether glibc gives freed arrays back to the system, to fault their pages in again, hangs on what ran before: the same
# peer takes 1 or 4 times as long. Here it keeps them.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}
LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def python_of(engine):
    """The Python of the engine's environment."""
    name, packages = ENGINES[engine].environment, ENGINES[engine].packages
    folder = ENVS / name
    python = folder / "bin" / "python"
    wanted = "\n".join(packages)
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"setting up {name} ...", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        stamp.write_text(wanted)
    return python


def variables(engine, threads):
    """The environment variables of the engine's process. Thread limits are set for `one`, none for `all`."""
    path = [str(HERE)] + ([str(HERE.parent)] if engine == "glassgrad" else [])
    found = {name: value for name, value in os.environ.items() if name not in LIMITS}
    found |= {"PYTHONPATH": os.pathsep.join(path), "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    found |= KEEP_MEMORY
    if threads == "one":
        found |= dict.fromkeys(LIMITS, "1")
        found["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return found


def answer_of(script, *words, engine="glassgrad", keeping=True):
    """What one of our scripts answers in a process of its own, on one thread, in the engine's environment.

    `keeping`: its allocator keeps freed memory, which steadies times; for the memory of a process it is in the way.
    """
    command, found = [python_of(engine), HERE / script, *words], variables(engine, "one")
    if not keeping:
        found = {name: value for name, value in found.items() if name not in KEEP_MEMORY}
    answer = subprocess.run(command, env=found, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


class Worker:
    """A running engine, that times a case when asked."""

    def __init__(self, engine, threads):
        self.process = subprocess.Popen(
            [python_of(engine), HERE / "worker.py", engine, threads],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=variables(engine, threads),
        )
        hello = json.loads(self.process.stdout.readline())
        self.version, self.cases = hello["version"], hello["cases"]

    def time(self, case):
        print(case, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def start(engine, threads):
    """The engine's process, or None (said aloud) where it cannot be installed or started."""
    try:
        return Worker(engine, threads)
    except (subprocess.CalledProcessError, ValueError, OSError) as error:
        print(f"{ENGINES[engine].name} is left out: {error}", flush=True)
        return None
