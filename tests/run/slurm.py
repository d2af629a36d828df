#!/usr/bin/env python3
"""What `zhol slurm` prints, submitted to a Slurm that is started for it on this machine: the same bytes as of one run.

Usage: slurm.py ZHOL SCENARIOS [ZHOL_WITH_MPI]

Exits with 77 where the daemons are missing or may not be started. What counts are the files: the exit status of sbatch says little.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ZHOL, SCENARIOS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
WITH_MPI = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
MINIMAL = str(SCENARIOS / "minimal.yaml")
CHUNK = 512
DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch")
os.environ["PATH"] += ":/usr/sbin:/sbin"
CONFIGURATION = """\
ClusterName=zhol
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
NodeName={host} NodeAddr=127.0.0.1 NodeHostname={host} CPUs={processors} RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    """Of them nobody listens on; another may take one before it is used, which shows at once."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until(true, seconds, process=None):
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until and (process is None or process.poll() is None):
        time.sleep(0.1)
    return true()


def succeeds(*words):
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def output_of(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True, **more).stdout


class Cluster:
    """Three daemons in a folder of their own."""

    def __init__(self, folder):
        self.folder, self.daemons = folder, []
        host = socket.gethostname().split(".")[0]
        (folder / "state").mkdir()
        (folder / "spool").mkdir()
        (folder / "slurm.conf").write_text(CONFIGURATION.format(folder=folder, host=host, ports=free_ports(2), processors=os.cpu_count()))
        (folder / "munge.key").write_bytes(os.urandom(1024))
        (folder / "munge.key").chmod(0o400)
        folder.chmod(0o755)  # munged refuses a folder that others may write to
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        self.start("munged", "--foreground", "--force", f"--key-file={folder}/munge.key", f"--socket={folder}/munge.sock",
                   f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log", f"--seed-file={folder}/munged.seed")
        wait_until((folder / "munge.sock").exists, 20)
        self.start("slurmctld", "-D", "-f", folder / "slurm.conf")
        self.start("slurmd", "-D", "-f", folder / "slurm.conf", "-N", host)

    def start(self, *words):
        log = open(self.folder / f"{words[0]}.out", "w", encoding="utf-8")
        with log:
            self.daemons.append(subprocess.Popen([str(word) for word in words], stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def is_up(self):
        return wait_until(lambda: "idle" in subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True, check=False).stdout, 60)

    def log(self):
        return "".join(path.read_text(errors="replace")[-2000:] for path in [*self.folder.glob("*.log"), *self.folder.glob("*.out")])

    def end(self):
        subprocess.run(["scancel", "--full", "--user=root"], capture_output=True, check=False, timeout=30)
        wait_until(lambda: not output_of("squeue", "-h").strip(), 20)
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.home, ignore_errors=True)
        (cls.home / "cluster").mkdir()
        cls.cluster = Cluster(cls.home / "cluster")
        cls.addClassCleanup(cls.cluster.end)
        if not cls.cluster.is_up():
            raise RuntimeError("Slurm does not come up:\n" + cls.cluster.log())

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.home))

    def logs(self):
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def submit(self, script):
        told = output_of("bash", input=script, cwd=self.folder)
        return re.findall(r"\d+", told)

    def assert_made(self, name, seconds=100):
        self.assertTrue(wait_until((self.folder / name).exists, seconds), self.logs() + output_of("squeue"))

    def assert_same(self, *names):
        first = (self.folder / names[0]).read_bytes()
        for name in names[1:]:
            self.assertEqual((self.folder / name).read_bytes(), first, name)

    def test_array_and_merge(self):
        words = ("-n", 20 * CHUNK + 77, "--seed", 5, "--set", "drivers.oil.kappa=0.4 /yr")
        self.submit(output_of(ZHOL, "slurm", MINIMAL, *words, "--tasks", 3, "--cpus", 1, "-o", "parts.h5"))
        output_of(ZHOL, "run", MINIMAL, *words, "-o", "alone.h5", cwd=self.folder, stderr=subprocess.DEVNULL)
        self.assert_made("parts.h5")
        self.assert_same("alone.h5", "parts.h5")

    def test_batch(self):
        """Four cells in three tasks, then their comparison."""
        (self.folder / "base.yaml").write_text(pathlib.Path(MINIMAL).read_text().replace("\nrun: {", "\nrun: {home: south, "))
        for name, change in {"slow": "drivers: {gdp: {mean: 1 %/yr}}", "free": "flows: {grain-south: {tariff: 0}}"}.items():
            (self.folder / f"{name}.yaml").write_text(f"extends: base\nscenario: {name}\n{change}\n")
        (self.folder / "small.yaml").write_text("batch: small\nbase: base\nworlds: [base, slow]\npolicies: [base, free]\n"
                                                "compare: {outcomes: [fiscal.total]}\n")
        self.submit(output_of(ZHOL, "slurm", "small.yaml", "-n", CHUNK + 1, "--tasks", 3, "--cpus", 1, "-o", "parts", cwd=self.folder))
        told = output_of(ZHOL, "batch", "small.yaml", "-n", CHUNK + 1, "-o", "alone", cwd=self.folder, stderr=subprocess.DEVNULL)
        last = self.folder / "compare.log"
        self.assertTrue(wait_until(lambda: last.exists() and told.strip() in last.read_text(), 100), self.logs() + output_of("squeue"))
        cells = sorted(path.name for path in (self.folder / "alone").iterdir())
        self.assertEqual(cells, ["base.h5", "free.h5", "slow-with-free.h5", "slow.h5"])
        for cell in cells:
            self.assert_same(f"alone/{cell}", f"parts/{cell}")

    @unittest.skipIf(WITH_MPI is None or (os.cpu_count() or 1) < 2, "there is no MPI, or one processor")
    def test_mpi_job_that_is_ended_by_its_time_limit(self):
        """It would go on for hours; when it is queued again, it is told to end a little beyond where it was."""
        number = self.folder / "number"
        number.write_text("1000000000")
        memory = ("--memory", "2MB")  # sketches throughout, so that one may be of the other
        script = output_of(WITH_MPI, "slurm", MINIMAL, "--mpi", "--tasks", 2, "--cpus", 1, "-n", 1000000000, *memory, "-o", "ranks.h5")
        self.assertEqual(script.count("-n 1000000000 "), 1)
        os.environ.update(SBATCH_TIMELIMIT="1", SBATCH_SIGNAL="B:TERM@55")  # it comes 5 to 35 s after the start
        try:
            job, = self.submit(script.replace("-n 1000000000 ", '-n "$(cat number)" '))
        finally:
            del os.environ["SBATCH_TIMELIMIT"], os.environ["SBATCH_SIGNAL"]
        self.assertTrue(wait_until(lambda: "--resume goes on" in self.logs(), 100), self.logs() + output_of("squeue"))
        done = int(re.search(r"ranks.part holds (\d+) of", self.logs())[1])
        self.assertGreater(done, 0)
        number.write_text(str(done + 20 * CHUNK + 77))
        self.assertTrue(wait_until(lambda: "BeginTime" in output_of("squeue", "-h", "-j", job, "-o", "%r"), 60), self.logs() + output_of("squeue"))
        self.assertTrue(succeeds("scontrol", "update", f"JobId={job}", "StartTime=now"))  # Slurm would wait for two minutes
        output_of(ZHOL, "run", MINIMAL, "-n", number.read_text(), *memory, "-o", "alone.h5", cwd=self.folder, stderr=subprocess.DEVNULL)
        self.assert_made("ranks.h5")
        self.assert_same("alone.h5", "ranks.h5")
        self.assertIn(f"goes on from {done} replications", self.logs())


class Scripts(unittest.TestCase):
    """What needs no Slurm."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    @staticmethod
    def jobs(script):
        return re.findall(r"<<'JOB'\n(.*?)^JOB$", script, re.S | re.M)

    def test_stop_of_a_part(self):
        """The signal goes on to zhol, whose checkpoint stays, and the job is queued again."""
        script, merge = self.jobs(output_of(ZHOL, "slurm", MINIMAL, "-n", 1000000000, "--memory", "2MB", "--tasks", 7, "-o", "it's.h5"))
        self.assertIn("'it'\\''s'.shard-*-of-7", merge)
        self.assertEqual(len(re.findall(r"^#SBATCH --time=\d+-\d\d:\d\d:00$", script, re.M)), 1)
        scontrol = self.folder / "scontrol"
        scontrol.write_text('#!/bin/sh\necho "$@" >told\n')
        scontrol.chmod(0o755)
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": "3", "SLURM_CPUS_PER_TASK": "1",
                       "SLURM_JOB_ID": "42", "SLURM_MEM_PER_CPU": "1"}
        with subprocess.Popen(["bash", "-c", script.replace("--progress plain", "--progress plain --checkpoint 0")], cwd=self.folder,
                              env=environment, stderr=subprocess.PIPE, text=True) as process:
            self.assertTrue(wait_until((self.folder / "it's.shard-3-of-7.part/state").exists, 60, process))
            process.send_signal(signal.SIGTERM)
            errors = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("goes on", errors)
        self.assertIn("the job has 1 MiB for each processor", errors)
        self.assertEqual((self.folder / "told").read_text(), "requeue 42\n")

    def test_limits_follow_the_pilot(self):
        """Twice what is predicted, as the script itself says, and seven minutes, in whole minutes."""
        for tasks in 2, 20:
            script = output_of(ZHOL, "slurm", MINIMAL, "--cpus", 1, "-n", 10 ** 9, "--tasks", tasks)
            number, unit = re.search(r"simulates for about (\S+) (s|min|h) on 1 processor,", script).groups()
            of_unit = {"s": 1, "min": 60, "h": 3600}[unit]
            predicted, half = float(number) * of_unit, 0.5 * of_unit * 10 ** -len(number.partition(".")[2])
            days, hours, minutes = map(int, re.search(r"--time=(\d+)-(\d+):(\d+)", script).groups())
            limit = 60 * (1440 * days + 60 * hours + minutes)
            self.assertGreater(predicted, 0)
            self.assertLessEqual(abs(limit - (2 * predicted + 420) - 30), 30 + 2 * half)  # half of the last digit

    def test_batch(self):
        cells, compare = self.jobs(output_of(ZHOL, "slurm", SCENARIOS / "batch.yaml", "-n", 2000, "--tasks", 6, "-o", "results"))
        self.assertIn('--cells "$SLURM_ARRAY_TASK_ID/6"', cells)
        self.assertIn("#SBATCH --array=1-6\n", cells)
        self.assertNotIn("--cells", compare)
        for job in cells, compare:
            self.assertIn("-n 2000 ", job)
            self.assertRegex(job, r"-o results &?\n")

    def test_shellcheck(self):
        if shutil.which("shellcheck") is None:
            self.skipTest("there is no shellcheck")
        for words in (MINIMAL, "--set", "title=it's"), (MINIMAL, "--mpi"), (SCENARIOS / "batch.yaml", "-n", 1000):
            script = output_of(ZHOL, "slurm", *words)
            for part in script, *self.jobs(script):
                subprocess.run(["shellcheck", "-s", "bash", "-"], input=part, text=True, check=True)

    def test_bad_input(self):
        for words, status, told in (
                ((MINIMAL, "--tasks", "0"), 2, "--tasks is '0'; expected a whole number"),
                ((MINIMAL, "--tasks", "21"), 2, "--tasks is 21, but there are 20 chunks"),
                ((MINIMAL, "--cpus", "two"), 2, "--cpus is 'two'"),
                ((MINIMAL, "-j", "2"), 2, "expected --cpus"),
                ((MINIMAL, MINIMAL), 2, "expected one scenario or batch"),
                ((SCENARIOS / "batch.yaml", "--tasks", "49"), 2, "there are 48 cells"),
                ((SCENARIOS / "batch.yaml", "--mpi"), 2, "expected an array of its cells"),
                ((MINIMAL, "-o", "none/x.h5"), 1, "none/x.h5 cannot be written: No such file or directory"),
                ((SCENARIOS / "batch.yaml", "-n", "1000", "-o", "none/x"), 1, "none/x cannot be written: No such file or directory"),
                (("nowhere.yaml",), 3, "nowhere.yaml")):
            done = subprocess.run([ZHOL, "slurm", *map(str, words)], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
            self.assertIn(told, done.stderr)
        self.assertNotIn("THREADS", output_of(ZHOL, "slurm", "--help"))


if __name__ == "__main__":
    lacking = [name for name in DAEMONS if shutil.which(name) is None] + ([] if os.getuid() == 0 else ["root"])
    if lacking:
        print(f"no Slurm can be started here, without {', '.join(lacking)}: only what is printed is tested")
        del Slurm
    done = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False)
    sys.exit(77 if lacking and done.result.wasSuccessful() else not done.result.wasSuccessful())
