"""The room page in a real browser: what a person on a phone sees, does and is kept from, from typing the code to the chart.

Each test has a room of its own, in a process of its own. Whatever else a test says, in the end its pages have asked nothing
of another computer, run into no fault of their own, and broken no rule of their own content policy.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, Route, expect

from tests import browsers
from tests.browsers import Visitors, rows_in, wait_on
from tests.phones import (
    ANSWERED,
    CLOSED,
    LOST,
    MOST_REQUESTS,
    SEND,
    Bill,
    answer,
    choose_by_keys,
    enter,
    entered,
    go_to,
    is_answered,
    is_asked,
    option,
    others_answer,
    press,
    published,
)
from tests.world import RunningRoom, wait_for
from workshop_kit import charts
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.polls import PASS, Tally
from workshop_kit.workshop import Workshop

HURT: Final = "Getting hurt or being turned away"
KNOWN: Final = "Being loved less once I am fully known"
MOST_BYTES: Final = 20_000
# Four and four, and enough others that nothing hides the two: one person more, and either of them becomes a five.
ELEVEN: Final = ["hurt"] * 4 + ["known"] * 4 + ["other"] * 3

KEPT: Final = """
async () => ({
  session: Object.entries(sessionStorage),
  local: Object.entries(localStorage),
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  cookie: document.cookie,
  address: location.href,
  entry: history.state,
  title: document.title,
  name: window.name,
  // The order of the options is drawn by chance on each page, and says nothing.
  controls: [...document.querySelectorAll("input, textarea")].map((input) => `${input.value} ${input.checked}`).sort(),
})
"""
# The page with its options in one order.
SORTED: Final = """
() => {
  const page = document.documentElement.cloneNode(true);
  const drawn = page.querySelector(".choices");
  drawn.replaceChildren(...[...drawn.children].sort((one, other) => (one.innerHTML < other.innerHTML ? -1 : 1)));
  return page.outerHTML;
}
"""


def counts(result: Published) -> dict[str, int | None]:
    """Return the numbers of a result by the ids of their options."""
    return {"+".join(map(str, bucket.options)): bucket.count for bucket in result.buckets}


def told_apart(result: Published) -> tuple[int | None, int | None, int | None]:
    """Return how many answered, and how many of them "hurt" and "known"; the rest is in the other answers."""
    return (result.answered, counts(result)["hurt"], counts(result)["known"])


# ---- joining ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [str.upper, str.lower, lambda code: f"{code[:3]} {code[3:]}"])
def test_the_code_on_the_screen_opens_the_room(room_server: RunningRoom, visitors: Visitors, typed: Any) -> None:
    """Who types the code, in capitals or not and with a blank in it or not, is in the room, with nothing else to fill in."""
    page = visitors.page()
    page.goto(room_server.connection.public_url)

    page.get_by_label("Type the six-character code").fill(typed(room_server.code))
    press(page, "Join")

    expect(page.get_by_text("Good that you are here.")).to_be_visible()
    assert page.url == room_server.connection.public_url + room_server.path()


def test_a_wrong_code_is_met_with_a_sentence_and_a_way_back(room_server: RunningRoom, visitors: Visitors) -> None:
    """A code that does not exist leads to a page that says so, from which the code can be typed again."""
    page = visitors.page()
    page.goto(room_server.connection.public_url)

    page.get_by_label("Type the six-character code").fill("222222")
    press(page, "Join")

    expect(page.get_by_text("There is no room with this code. Please check the code on the screen.")).to_be_visible()
    page.get_by_role("link", name="Type the code again").click()
    expect(page.get_by_role("heading", name="Join the room")).to_be_visible()


def test_a_locked_door_is_said_on_the_page(room_server: RunningRoom, visitors: Visitors) -> None:
    """Who comes to a locked door reads that it is locked and whom to ask, while those inside go on undisturbed."""
    inside = entered(room_server, visitors)
    room_server.control.post("/door", json={"state": "locked"}).raise_for_status()

    late = entered(room_server, visitors)

    expect(late.get_by_text("The door of this room is locked. Please ask the facilitator to open it for a moment.")).to_be_visible()
    inside.reload()
    room_server.ask("loudest")
    answer(inside, HURT)


# ---- answering ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_taken_and_said_to_be_taken(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """A question appears by itself; its answer is acknowledged, and counts."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    is_asked(page, workshop.poll("loudest").question)

    answer(page, HURT)
    others_answer(room_server, run, ELEVEN)

    assert told_apart(published(room_server, run)) == (12, 5, 4)


def test_nothing_on_a_phone_tells_what_it_answered(room_server: RunningRoom, visitors: Visitors) -> None:
    """Three phones that answered differently, one of them by passing, hold the same page, the same controls and the same storage."""
    phones = [entered(room_server, visitors) for _ in range(3)]
    run = room_server.ask("loudest")
    answer(phones[0], HURT)
    answer(phones[1], KNOWN)
    press(phones[2], "Pass")
    is_answered(phones[2])

    held = [page.evaluate(KEPT) for page in phones]
    seats = [dict(each["session"])[f"seat {room_server.code}"] for each in held]
    boot = room_server.state()["boot"]

    for each, seat in zip(held, seats, strict=True):
        assert dict(each.pop("session")) == {f"seat {room_server.code}": seat, f"answered {room_server.code}": f"{boot} {run}"}
        assert each == held[0]
        assert not any(control.endswith("true") for control in each["controls"])
    assert len(set(seats)) == 3
    assert len({page.evaluate(SORTED) for page in phones}) == 1
    assert len({page.locator("body").inner_text() for page in phones}) == 1
    assert (held[0]["local"], held[0]["databases"], held[0]["caches"], held[0]["cookie"]) == ([], 0, 0, "")
    assert all(page.context.cookies() == [] for page in phones)
    assert held[0]["address"] == room_server.connection.public_url + room_server.path()
    assert not any(word in url for url in visitors.urls for word in ("hurt", "known", "pass", *seats))


def test_an_answer_can_be_changed_and_only_the_last_one_counts(room_server: RunningRoom, visitors: Visitors) -> None:
    """After 'Change my answer' the form is empty again, and the new answer takes the place of the old one."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    answer(page, HURT)

    press(page, "Change my answer")
    assert not option(page, HURT).is_checked()
    answer(page, KNOWN)
    others_answer(room_server, run, ELEVEN)

    assert told_apart(published(room_server, run)) == (12, 4, 5)


def test_who_looks_at_the_form_again_may_leave_the_answer_as_it_was(room_server: RunningRoom, visitors: Visitors) -> None:
    """'Leave it as it was' goes back without sending anything, whatever was chosen meanwhile."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    answer(page, HURT)

    press(page, "Change my answer")
    option(page, KNOWN).check()
    press(page, "Leave it as it was")
    is_answered(page)
    others_answer(room_server, run, ELEVEN)

    assert told_apart(published(room_server, run)) == (12, 5, 4)


def test_an_answer_can_be_taken_back(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """An answer that was taken back is not counted, and the form is there again, empty."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    answer(page, HURT)

    press(page, "Take my answer back")

    expect(page.get_by_text("Taken back. You can answer again until the poll closes.")).to_be_visible()
    is_asked(page, workshop.poll("loudest").question)
    assert page.get_by_role("radio", checked=True).count() == 0
    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (11, 4, 4)


def test_passing_is_an_answer_that_adds_to_no_number(room_server: RunningRoom, visitors: Visitors) -> None:
    """Who passes reads the same words as who answers, and is in the result only as part of a band."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")

    press(page, "Pass")
    is_answered(page)
    others_answer(room_server, run, [*ELEVEN, PASS, PASS])

    result = published(room_server, run)
    assert (told_apart(result), result.passed) == ((11, 4, 4), "several")


def test_a_reload_keeps_the_seat_and_remembers_that_it_answered(room_server: RunningRoom, visitors: Visitors) -> None:
    """After a reload the page sits where it sat and says that it answered; a change from there still counts once."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    answer(page, HURT)
    seat = page.evaluate("code => sessionStorage.getItem(`seat ${code}`)", room_server.code)

    page.reload()

    is_answered(page)
    assert page.evaluate("code => sessionStorage.getItem(`seat ${code}`)", room_server.code) == seat
    assert page.get_by_role("radio", checked=True, include_hidden=True).count() == 0
    press(page, "Change my answer")
    answer(page, KNOWN)
    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (12, 4, 5)


def test_sending_no_choice_is_a_problem_said_at_the_choices(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """Where one option must be chosen, sending none sends nothing; the sentence belongs to the group of options, also for a screen reader."""
    page = entered(room_server, visitors)
    room_server.ask("loudest")
    choices = page.get_by_role("group", name=workshop.poll("loudest").question)

    press(page, SEND)

    expect(page.get_by_role("alert")).to_have_text("Please choose one, or pass.")
    expect(choices).to_have_accessible_description(re.compile("Please choose one, or pass.$"))
    expect(page.get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("radio").first).to_have_attribute("aria-invalid", "true")
    assert not any(url.endswith("/ballot") for url in visitors.urls)
    option(page, HURT).check()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.locator("[aria-invalid]").count() == 0
    press(page, SEND)
    is_answered(page)


def test_none_of_these_is_an_answer_where_several_may_be_chosen(room_server: RunningRoom, visitors: Visitors) -> None:
    """In a poll with several choices the button says what it sends: 'None of these', or the answer once something is chosen."""
    page = entered(room_server, visitors)
    run = room_server.ask("fears")
    none, send = (page.get_by_role("button", name=words, exact=True) for words in ("None of these", SEND))
    expect(none).to_be_visible()

    page.get_by_label("Some other fear").check()
    expect(send).to_be_visible()
    page.get_by_label("Some other fear").uncheck()
    none.click()
    is_answered(page)

    others_answer(room_server, run, [["hurt", "self"]] * 4 + [["hurt"]] * 2 + [[]] * 3)
    result = published(room_server, run)
    assert (result.answered, counts(result)) == (10, {"hurt": 6, "known": None, "flawless": None, "self": 4, "other": None})


def test_a_point_of_a_scale_is_chosen_by_its_words(room_server: RunningRoom, visitors: Visitors) -> None:
    """A scale offers its labels, lowest first, and sends the point that belongs to the label."""
    page = entered(room_server, visitors)
    run = room_server.ask("guarding")
    expect(page.locator("label.option")).to_have_text(["None at all", "A little", "Some", "Quite a lot", "A great deal"])

    answer(page, "A little")
    others_answer(room_server, run, [1, 1, 1, 2, 2, 2, 5, 5, 5])

    assert counts(published(room_server, run)) == {"1": 3, "2": 4, "3+4+5": 3}


def test_a_number_is_chosen_where_it_stands(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """A slider is eleven numbers between two words, none of them chosen beforehand, so that no number suggests itself."""
    poll = next(poll for poll in workshop.polls.values() if poll.kind == "slider")
    page = entered(room_server, visitors)
    run = room_server.ask(poll.id)
    is_asked(page, poll.question)
    expect(page.locator("label.option")).to_have_text([str(number) for number in range(11)])
    assert page.get_by_role("radio", checked=True).count() == 0
    expect(page.get_by_text(f"0: {poll.low}")).to_be_visible()
    expect(page.get_by_text(f"10: {poll.high}")).to_be_visible()

    answer(page, "7")
    others = [0, 0, 1, 1, 5, 5, 5, 8, 8, 8, 10]
    others_answer(room_server, run, others)

    assert published(room_server, run) == publish(Tally.of(poll, [*others, 7]), ROOM.suited_to(poll))


def test_a_whole_vote_is_possible_by_keyboard_alone(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """Typing the code, choosing, sending, changing and sending again need no pointer, and the focus is always to be seen."""
    page = visitors.page()
    page.goto(room_server.connection.public_url)
    go_to(page, page.get_by_label("Type the six-character code"))
    page.keyboard.type(room_server.code)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Good that you are here.")).to_be_visible()
    run = room_server.ask("loudest")
    is_asked(page, workshop.poll("loudest").question)

    choose_by_keys(page, HURT)
    go_to(page, page.get_by_role("button", name=SEND))
    page.keyboard.press("Enter")
    is_answered(page)
    go_to(page, page.get_by_role("button", name="Change my answer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    choose_by_keys(page, KNOWN)
    page.keyboard.press("Enter")
    is_answered(page)

    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (12, 4, 5)


def test_a_moment_is_asked_for_without_a_name(room_server: RunningRoom, visitors: Visitors) -> None:
    """Whoever presses 'I need a moment' is told that the facilitator will hear of it, and not of whom."""
    page = entered(room_server, visitors)

    press(page, "I need a moment")

    expect(page.get_by_text("Within half a minute the facilitator hears that someone needs a moment, not who.")).to_be_visible()


# ---- what holds when the line does not ----------------------------------------------------------------------------------


def test_a_killed_server_costs_no_answer_and_counts_none_twice(room_server: RunningRoom, visitors: Visitors) -> None:
    """Answers given before, during and after a crash are each counted once, and a choice not yet sent is still there."""
    before, during, after = (entered(room_server, visitors) for _ in range(3))
    run = room_server.ask("loudest")
    answer(before, HURT)
    for page in (during, after):
        option(page, KNOWN).check()

    room_server.kill()
    for page in (before, during, after):
        expect(page.get_by_text(LOST)).to_be_visible()
    press(during, SEND)
    room_server.start()

    for page in (before, during, after):
        expect(page.get_by_text(LOST)).to_be_hidden()
    expect(option(after, KNOWN)).to_be_checked()
    # Two answers came back by themselves; with three more the counter says so.
    others_answer(room_server, run, ELEVEN[:3])
    wait_for(lambda: room_server.state()["step"] == "5+", "the answers given before and during the crash to come back")
    is_answered(before)
    is_answered(during)
    press(after, SEND)
    is_answered(after)
    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (14, 5, 6)


def test_a_choice_being_changed_outlasts_a_killed_server(room_server: RunningRoom, visitors: Visitors) -> None:
    """Who has answered and is choosing anew when the server dies still has the form and the new choice when it is back."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    answer(page, HURT)
    press(page, "Change my answer")
    option(page, KNOWN).check()

    room_server.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    with page.expect_response(lambda reply: reply.url.endswith("/ballot") and reply.ok):
        room_server.start()
    expect(page.get_by_text(LOST)).to_be_hidden()

    expect(option(page, KNOWN)).to_be_visible()
    expect(option(page, KNOWN)).to_be_checked()
    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (12, 5, 4)


def test_a_phone_without_wifi_sends_what_it_holds_once_it_is_back(room_server: RunningRoom, visitors: Visitors) -> None:
    """An answer sent while the Wi-Fi is away arrives when it returns, with no further tap, and counts once."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    option(page, HURT).check()

    page.context.set_offline(True)
    press(page, SEND)
    expect(page.get_by_text(LOST)).to_be_visible()
    page.context.set_offline(False)

    is_answered(page)
    expect(page.get_by_text(LOST)).to_be_hidden()
    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (12, 5, 4)


def test_an_answer_that_got_lost_on_the_way_is_sent_again(room_server: RunningRoom, visitors: Visitors) -> None:
    """Where only the answer's own request fails and the rest of the line holds, it is sent again by itself."""
    page = entered(room_server, visitors)
    room_server.ask("loudest")
    option(page, HURT).check()
    page.route("**/ballot", lambda route: route.abort(), times=1)

    press(page, SEND)

    is_answered(page)


def test_an_answer_that_the_server_could_not_take_is_sent_again(room_server: RunningRoom, visitors: Visitors) -> None:
    """Where the server has a fault of its own, the page sends the answer again by itself until it is taken."""
    page = entered(room_server, visitors)
    room_server.ask("loudest")
    page.route("**/ballot", lambda route: route.fulfill(status=500, json={"error": "Something went wrong here."}), times=1)

    answer(page, HURT)

    expect(page.get_by_text(LOST)).to_be_hidden()


def test_an_answer_given_before_the_door_waits_until_it_opens(room_server: RunningRoom, visitors: Visitors) -> None:
    """Who answers without having got a seat reads why it is not taken; once the door is open it is, with no further tap."""
    room_server.control.post("/door", json={"state": "locked"}).raise_for_status()
    run = room_server.ask("loudest")
    page = entered(room_server, visitors)
    option(page, HURT).check()
    press(page, SEND)
    expect(page.get_by_text("Not sent yet: this page has no seat.")).to_be_visible()
    expect(page.get_by_text("The door of this room is locked.")).to_be_visible()

    room_server.control.post("/door", json={"state": "open"}).raise_for_status()

    is_answered(page)
    others_answer(room_server, run, ELEVEN)
    assert told_apart(published(room_server, run)) == (12, 5, 4)


# ---- what the room sees -------------------------------------------------------------------------------------------------


def test_the_page_follows_the_room_by_itself(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """From waiting to a question, its closing, its result, its hiding and the next question, no page needs a reload, or asks for one."""
    page = entered(room_server, visitors)
    expect(page.get_by_text("Good that you are here.")).to_be_visible()
    first = room_server.ask("loudest")
    is_asked(page, workshop.poll("loudest").question)
    others_answer(room_server, first, ELEVEN)

    room_server.lead(first, "close")
    expect(page.get_by_role("heading", name=CLOSED)).to_be_visible()
    expect(page.get_by_text(HURT)).to_have_count(0)
    room_server.lead(first, "reveal")
    expect(page.get_by_role("table")).to_be_visible()
    room_server.lead(first, "hide")
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("heading", name=CLOSED)).to_be_visible()
    room_server.lead(first, "reveal")
    expect(page.get_by_role("table")).to_be_visible()
    room_server.ask("guarding")
    is_asked(page, workshop.poll("guarding").question)
    expect(page.get_by_role("table")).to_have_count(0)

    asked_for = [without_query(url).removeprefix(room_server.connection.public_url) for url in visitors.urls if not url.startswith("data:")]
    assert sorted(asked_for) == sorted(["/static/room.js", *(room_server.path(each) for each in ("", "/events", "/seats"))])


def without_query(url: str) -> str:
    """Return an address without what follows the question mark."""
    return url.partition("?")[0]


def test_the_same_poll_asked_again_starts_from_nothing(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """A phone that answered a run is asked afresh when the poll is asked again, with nothing chosen."""
    page = entered(room_server, visitors)
    first = room_server.ask("loudest")
    answer(page, HURT)
    room_server.lead(first, "close")
    expect(page.get_by_role("heading", name=CLOSED)).to_be_visible()

    second = room_server.ask("loudest")

    is_asked(page, workshop.poll("loudest").question)
    assert page.get_by_role("radio", checked=True).count() == 0
    others_answer(room_server, second, ELEVEN)
    assert told_apart(published(room_server, second)) == (11, 4, 4)


def test_a_page_slower_than_the_facilitator_is_still_asked(room_server: RunningRoom, visitors: Visitors, workshop: Workshop) -> None:
    """Where a page that comes back still fetches the closing of a poll while the next is asked, it asks, and claims no answer."""
    page = entered(room_server, visitors)
    first = room_server.ask("loudest")
    answer(page, HURT)

    def close_before(listening: Route) -> None:
        room_server.lead(first, "close")
        listening.continue_()

    def ask_meanwhile(fetching: Route) -> None:
        if fetching.request.resource_type == "fetch":
            room_server.ask("guarding")
        fetching.continue_()

    page.route("**/events", close_before, times=1)
    page.route(room_server.connection.public_url + room_server.path(), ask_meanwhile, times=2)
    page.reload()

    is_asked(page, workshop.poll("guarding").question)
    assert not page.get_by_text(ANSWERED).is_visible()


def test_what_is_happening_is_said_to_those_who_do_not_see_it(room_server: RunningRoom, visitors: Visitors) -> None:
    """A question, an answer taken, the closing and the result are each announced in a status of their own."""
    page = entered(room_server, visitors)
    announced = page.locator("#announced")
    expect(announced).to_have_attribute("role", "status")

    run = room_server.ask("loudest")
    expect(announced).to_have_text("There is a question.")
    answer(page, HURT)
    expect(announced).to_have_text(ANSWERED)
    room_server.lead(run, "close")
    expect(announced).to_have_text("The poll has closed.")
    room_server.lead(run, "reveal")
    expect(announced).to_have_text("The group's answer is here.")


@pytest.mark.parametrize(
    ("poll", "answers"), [("fears", [["hurt"]] * 5 + [["self", "hurt"]] * 5), ("loudest", ELEVEN), ("guarding", [1, 2] * 4)]
)
def test_chart_description_and_table_are_the_published_result(
    room_server: RunningRoom, visitors: Visitors, poll: str, answers: Sequence[object]
) -> None:
    """A phone shows the chart with its description in words and a table with the same numbers as the result as data."""
    page = entered(room_server, visitors)
    run = room_server.ask(poll)
    others_answer(room_server, run, answers)
    result = published(room_server, run)

    chart = page.get_by_role("img")
    expect(chart).to_have_accessible_name(charts.alt_text(result))
    wait_for(lambda: chart.evaluate("it => it.complete && it.naturalWidth > 0"), "the chart to be loaded")
    assert rows_in(page) == list(charts.table(result).rows)
    assert len(result.buckets) > 1
    expect(page.locator("caption")).to_have_text(result.poll.question)
    expect(page.get_by_text(charts.note(result))).to_be_visible()


def test_too_few_answers_are_said_to_be_too_few(room_server: RunningRoom, visitors: Visitors) -> None:
    """From too few answers a phone shows a sentence and no table."""
    page = entered(room_server, visitors)
    run = room_server.ask("loudest")
    others_answer(room_server, run, ELEVEN[:4])

    result = published(room_server, run)

    expect(page.get_by_role("img")).to_have_accessible_name(charts.alt_text(result))
    expect(page.get_by_text(charts.note(result))).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)


def test_a_phone_set_to_dark_gets_a_dark_page_and_a_dark_chart(room_server: RunningRoom, visitors: Visitors) -> None:
    """Page and chart follow the phone's own setting, and change with it at once, whether the chart came with the news or is fetched."""
    page = entered(room_server, visitors, color_scheme="dark")
    run = room_server.ask("loudest")
    others_answer(room_server, run, ELEVEN)
    published(room_server, run)
    linked = {"light": f"{room_server.path()}/runs/{run}/result.svg", "dark": f"{room_server.path()}/runs/{run}/result.svg?dark"}
    drawn = {scheme: b64encode(room_server.public.get(url).content).decode() for scheme, url in linked.items()}
    chart = page.get_by_role("img")

    def is_shown(sources: Mapping[str, str], scheme: Literal["light", "dark"], ground: str) -> None:
        page.emulate_media(color_scheme=scheme)
        expect(chart).to_be_visible()
        expect(chart).to_have_js_property("currentSrc", sources[scheme])
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == ground

    public = room_server.connection.public_url
    carried = {scheme: f"data:image/svg+xml;base64,{each}" for scheme, each in drawn.items()}
    for sources in (carried, {scheme: public + url for scheme, url in linked.items()}):
        is_shown(sources, "dark", "rgb(20, 25, 29)")
        is_shown(sources, "light", "rgb(251, 248, 243)")
        page.reload()


# ---- without a script ----------------------------------------------------------------------------------------------------


def test_without_javascript_the_page_says_so(room_server: RunningRoom, visitors: Visitors) -> None:
    """With JavaScript off the page says that it needs it, and that nothing is sent elsewhere."""
    page = visitors.page(java_script_enabled=False)

    page.goto(room_server.connection.public_url + room_server.path())

    expect(page.locator("noscript")).to_be_visible()
    assert "This page needs JavaScript, which is switched off in this browser." in page.locator("body").inner_text()


@pytest.mark.parametrize("is_on", [False, True], ids=["script switched off", "script never arrived"])
def test_a_page_without_its_script_lets_no_answer_slip(room_server: RunningRoom, visitors: Visitors, is_on: bool) -> None:
    """Where the script does not run, no press of a button puts an answer into the address, and so into a browser's history."""
    room_server.ask("loudest")
    page = visitors.page(java_script_enabled=is_on)
    page.route("**/room.js*", lambda route: route.abort())
    page.goto(room_server.connection.public_url + room_server.path())

    for choice in page.locator("label.option:visible").all():
        choice.click(force=True)
    for button in page.locator(".ballot button:visible:enabled").all():
        button.click()

    assert page.url == room_server.connection.public_url + room_server.path()
    assert not any("option=" in url for url in visitors.urls)


# ---- what it costs and whom it asks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("poll", [None, "fears"])
def test_opening_the_room_costs_little(room_server: RunningRoom, visitors: Visitors, poll: str | None) -> None:
    """Opening the room page takes at most four requests and fewer than 20 kB, with everything on it."""
    if poll:
        room_server.ask(poll)
    page = visitors.page()
    bill = Bill(page.context.new_cdp_session(page))

    enter(room_server, page)

    wait_on(page, lambda: bill.is_paid, "the page to be there")
    assert len(bill.asked) == MOST_REQUESTS, bill.asked
    assert 1000 < bill.bytes < MOST_BYTES


def test_what_the_page_says_of_the_computer_is_reached_from_the_room(room_server: RunningRoom, visitors: Visitors) -> None:
    """The link at the foot of the room page opens, beside it, what the computer knows, and leads back."""
    page = entered(room_server, visitors)
    room_server.ask("loudest")
    answer(page, HURT)

    with page.expect_popup() as opened:
        page.get_by_role("link", name="What does this computer know about me?").click()
    privacy = opened.value

    expect(privacy.get_by_text("Seats taken in this room: under 5.")).to_be_visible()
    expect(privacy.get_by_text("A poll is open; under 5 answered so far.")).to_be_visible()
    is_answered(page)


def test_a_request_to_elsewhere_would_be_noticed(browser: Browser) -> None:
    """The list on which these tests rely holds pictures, scripts and sockets that a page asks of another address."""
    with Visitors(browser) as visitors:
        page = visitors.page()
        page.set_content('<img src="http://127.0.0.2:9/picture"><script>try { new WebSocket("ws://127.0.0.2:9/line") } catch {}</script>')
        page.evaluate("() => fetch('http://127.0.0.2:9/data').catch(() => null)")

        wait_on(page, lambda: len(visitors.elsewhere) == 3, "the three requests to be noticed")
        assert sorted(visitors.elsewhere) == ["http://127.0.0.2:9/data", "http://127.0.0.2:9/picture", "ws://127.0.0.2:9/line"]


def test_a_computer_without_a_browser_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is no browser the tests fail, in one sentence that says how to get one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browsers, "MAC_NAMES", ())

    with pytest.raises(pytest.fail.Exception, match="Install Chromium"):
        browsers.path_of_the_browser()
