/* The system "lamp", written by sagacheck. Every rule is one step of the process `rules`, and
   every state of the system is one state for SPIN. To count them, and to look for what must
   never happen, with the shortest way to it (-o2 counts variables that nothing reads):
       spin -a -o2 model.pml
       gcc -O2 -w -DSAFETY -DNOREDUCE -DBFS -o pan pan.c
       ./pan -m10000000
   `assertion violated !(1)` says that property 1 is broken; with `-c0`, pan goes on after
   that; `spin -a -o2 -DPROPERTY=1 model.pml` asks for property 1 alone. The answers are exact,
   unless pan says `max search depth too small`: then give it a larger -m.
   That a goal stays reachable is more than SPIN can be asked. The above finds states outside
   the goal in which nothing goes on without a fault: the property is broken. If there are
   none, see whether anything can go on for ever outside the goal:
       spin -a -o2 -DCALM model.pml
       gcc -O2 -w -DNOREDUCE -o pan pan.c
       ./pan -a -m1000000 -N reaches_goal_3
   No error: the property holds. `acceptance cycle`: open, as there may be a way out of every
   loop. What is open is decided by counting, with up to the square of the number of states;
   the number after -DNOTES is the property's:
       spin -a -o2 -DNOTES=3 model.pml
       gcc -O2 -w -DSAFETY -DNOREDUCE -DBFS -o pan pan.c
       ./pan -c0 -m10000000
   The errors are the states from which the goal is reachable without a fault. The property
   holds if those are all the states that the first search counted. */

#ifdef PROPERTY
#define CHECKED(number) (PROPERTY == number)
#else
#define CHECKED(number) true
#endif
#ifdef NOTES
#define CALM
#endif
#ifdef CALM
bit calm; /* no fault strikes any more */
#define STRIKES !calm
#define USEFUL(changes) (changes)
#else
#define STRIKES true
#define USEFUL(changes) true
#endif

/* "lamp": "off", "dim", "bright" */
#define LAMP_OFF 0
#define LAMP_DIM 1
#define LAMP_BRIGHT 2
byte v_lamp = LAMP_OFF;

/* "bulb": "whole", "broken" */
#define BULB_WHOLE 0
#define BULB_BROKEN 1
byte v_bulb = BULB_WHOLE;

#ifdef NOTES
byte from_lamp;
byte from_bulb;
#endif

/* Property 1, "no light without a bulb": no state is like this. */
#define broken_1 (v_bulb == BULB_BROKEN && v_lamp != LAMP_OFF)

/* Property 2, "nobody touches what is hot": in no state like this, one of these fires:
   "press", "replace". */
#define broken_2 ((v_lamp != LAMP_OFF) && (can_press || can_replace))

/* Property 3, "light": from every state, one like this stays reachable by rules without a
   fault. */
#define goal_3 (v_lamp == LAMP_BRIGHT)

active proctype rules() {
end:
  do
  /* "press", by "person" */
#define can_press (v_bulb == BULB_WHOLE)
  :: d_step { can_press ->
       if
       :: v_lamp == LAMP_OFF -> v_lamp = LAMP_DIM
       :: v_lamp == LAMP_DIM -> v_lamp = LAMP_BRIGHT
       :: v_lamp == LAMP_BRIGHT -> v_lamp = LAMP_OFF
       :: else -> skip
       fi }
  /* "burn out", by "bulb", a fault: "burning out" */
#define can_burn_out (v_lamp != LAMP_OFF)
  :: d_step { can_burn_out && STRIKES ->
       v_bulb = BULB_BROKEN;
       v_lamp = LAMP_OFF }
  /* "replace", by "person" */
#define can_replace (v_bulb == BULB_BROKEN)
  :: d_step { can_replace ->
       v_bulb = BULB_WHOLE }
  /* "look", by "person" */
#define can_look (true)
#define changes_look (false)
  :: d_step { can_look &&
       USEFUL(changes_look) ->
       skip }
  /* Something goes on without a fault: */
#define goes_on (can_press || can_replace || (can_look && changes_look))
#ifdef NOTES
  :: d_step { !calm ->
       calm = 1;
       from_lamp = v_lamp;
       from_bulb = v_bulb }
#define reached ((NOTES == 3 && goal_3))
  :: d_step { calm && reached ->
       v_lamp = 0;
       v_bulb = 0 } break
#elif defined(CALM)
  :: d_step { !calm -> calm = 1 }
#else
  :: d_step { CHECKED(1) && broken_1 -> assert(!1) }
  :: d_step { CHECKED(2) && broken_2 -> assert(!2) }
  :: d_step { CHECKED(3) && !goal_3 && !goes_on -> assert(!3) }
#endif
  od
#ifdef NOTES
  assert(!NOTES)
#endif
}

#if defined(CALM) && !defined(NOTES)
ltl reaches_goal_3 { [] <> (goal_3 || !calm) }
#endif
