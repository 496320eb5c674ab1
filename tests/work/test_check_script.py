"""A file is tried before it is sent: what the producer says of it, and that it sends nothing."""

from scripts import cook_csv

CONTROLLER = "Time,Set,Pit,Food1,Food2\n" + "".join(
    f"2024-06-12 22:{n:02}:00,225,{250 - 20 * (n > 8)},{60 + n},{'ERR' if n % 2 else 55}\n"
    for n in range(20)
)


def test_a_check_says_what_is_understood_and_what_it_would_cause_and_sends_nothing(program):
    program.write(".env.toml", 'units = "C"\nsmoker_low = "107C"\n').chmod(0o600)
    csv = program.write("cook.csv", CONTROLLER + "2024-06-12 22:20:00,225,warm,80,55\n")
    code, output = program.run(
        "smoker_producer.py", csv, "--check", RABBITMQ_URL="amqp://127.0.0.1:1/"
    )
    assert code == 0
    for words in (
        'smoker = "Pit", food A = "Food1", food B = "Food2"; not used: "Set".',
        "21 rows, from 2024-06-12 22:00:00 to 2024-06-12 22:20:00 (20 minutes).",
        "Smoker: 20 readings, 110.0 °C to 121.1 °C.",
        "Smoker Alert! 110.0 °C, down 11.1 °C in 2.5 minutes",
        "Alerts that a cook like this causes: 1.",
        "column 3 (Smoker): skipped, row 22.",
    ):
        assert words in output


UNITS = "Time,Pit\n" + "".join(
    f"2024-06-12 22:{n:02}:00,{cell}\n"
    for n, cell in enumerate(("225 °F", "226°F", "107 C", "225 F", "108 C"))
)


def test_a_unit_that_changes_within_a_file_is_told_once_by_whoever_reads_it(program, stranger):
    csv = program.write("cook.csv", UNITS)
    piped = program.start("smoker_producer.py", "-", "--interval", 0, typed=True)
    piped.type(UNITS)
    piped.end_input()
    runs = [("--check",), ("--interval", 0)]
    told = [program.run("smoker_producer.py", csv, *options) for options in runs]
    for code, output in (*told, piped.ended()):
        assert code == 0
        assert output.count("from row 4 on smoker in °C, °F before.") == 1
        assert output.count(" before.") == 1
        assert "column 2 (Smoker)" not in output


def test_what_would_have_to_be_guessed_ends_with_2_and_one_line(program):
    csv = program.write("cook.csv", "Time,Pit,Grill,Food\n12:00,225,70,68\n")
    code, output = program.run("smoker_producer.py", csv, "--check")
    assert code == 2
    assert 'which column is the smoker is not clear: "Pit", "Grill". Say it by --columns' in output
    assert len(output.splitlines()) == 1


def test_the_newest_row_first_is_turned_round_and_a_device_that_says_320_has_no_probe(
    program, stranger
):
    lines = cook_csv([225, 224, 223], [320, 320, 320], [55, 56, 57]).splitlines()
    csv = program.write("cook.csv", "\n".join([lines[0], *reversed(lines[1:])]))
    options = ("--interval", 0, "--no-admin", "--absent", "320")
    code, output = program.run("smoker_producer.py", csv, *options)
    assert code == 0
    assert "The newest row stands first" in output
    said = [body.decode().rpartition(", ")[2] for _, body in stranger.take_all("01-smoker")]
    assert said == ["225.0", "224.0", "223.0"]
    assert stranger.waiting("02-food-A") == 0
